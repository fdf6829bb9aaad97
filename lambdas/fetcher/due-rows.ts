import type { Clock } from "#core/ports/clock.ts";
import type { SourceRow, TradeSource } from "#core/ports/trade-source.ts";
import type { Trade } from "#core/trade.ts";
import { durationMs, epochMs, type DurationMs, type EpochMs } from "#core/units.ts";
import type { Progress } from "../source-progress.ts";

/** Successive rows of a source: its trades, and what can be none, each in their order. */
export interface DuePart {
  readonly trades: readonly Trade[];
  readonly rejected: readonly RejectedRow[];
  /** How many rows these are. */
  readonly rowCount: number;
}

export type RejectedRow = Extract<SourceRow, { readonly kind: "rejected" }>;

/**
 * A source's rows as they fall due: a trade is due when as much time, times the speed, has passed since the first, or at
 * its own time if the source is timed by the clock.
 */
export class DueRows implements AsyncDisposable {
  readonly #source: TradeSource;
  readonly #clock: Clock;
  readonly #speed: number | "max";
  readonly #startedAtMs: number;
  readonly #batches: AsyncIterator<readonly SourceRow[]>;
  #waiting: readonly SourceRow[] = [];
  #next = 0;
  #isAtEnd = false;
  #firstEventTimeMs: number | undefined;

  /** @param start is where the source goes on from. */
  constructor(source: TradeSource, clock: Clock, speed: number | "max", start: Progress) {
    this.#source = source;
    this.#clock = clock;
    this.#speed = speed;
    this.#startedAtMs = start.startedAtMs;
    this.#firstEventTimeMs = start.firstEventTimeMs;
    this.#batches = source.rows(start.position, epochMs(start.startedAtMs))[Symbol.asyncIterator]();
  }

  /** Whether every row has been taken. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** Event time of the source's first trade; undefined before it was read. */
  get firstEventTimeMs(): number | undefined {
    return this.#firstEventTimeMs;
  }

  /** Up to `most` rows that are due, or whether due or not. A rejected row is due with the trade before it. */
  async take(most: number, isAnyway: boolean): Promise<DuePart> {
    const trades: Trade[] = [];
    const rejected: RejectedRow[] = [];
    const nowMs = this.#clock.nowMs();
    for (await this.#fill(); trades.length + rejected.length < most && this.#next < this.#waiting.length;) {
      const row = this.#waiting[this.#next]!;
      if (row.kind === "trade") this.#firstEventTimeMs ??= row.trade.eventTimeMs;
      if (!isAnyway && this.#dueAtMs(row) > nowMs) break;
      if (row.kind === "trade") trades.push(row.trade);
      else rejected.push(row);
      this.#next++;
      if (this.#next >= this.#waiting.length) await this.#fill();
    }
    return { trades, rejected, rowCount: trades.length + rejected.length };
  }

  /** Resolves when the next row is due, at `deadlineMs`, or after `lingerMs` at least. */
  async wait(deadlineMs: EpochMs, lingerMs: DurationMs): Promise<void> {
    const row = this.#waiting[this.#next];
    const dueInMs = row === undefined ? 0 : this.#dueAtMs(row) - this.#clock.nowMs();
    const leftMs = deadlineMs - this.#clock.nowMs();
    await this.#clock.sleep(durationMs(Math.max(1, Math.ceil(Math.min(leftMs, Math.max(lingerMs, dueInMs))))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#batches.return?.();
  }

  async #fill(): Promise<void> {
    while (this.#next >= this.#waiting.length && !this.#isAtEnd) {
      const { value, done } = await this.#batches.next();
      this.#waiting = done === true ? [] : value;
      this.#next = 0;
      this.#isAtEnd = done === true;
    }
  }

  #dueAtMs(row: SourceRow): number {
    if (row.kind === "rejected") return 0;
    const { eventTimeMs } = row.trade;
    if (this.#source.isTimedByClock === true) return eventTimeMs;
    if (this.#speed === "max") return 0;
    return this.#startedAtMs + (eventTimeMs - (this.#firstEventTimeMs ?? eventTimeMs)) / this.#speed;
  }
}
