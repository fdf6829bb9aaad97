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
export interface DueRows extends AsyncDisposable {
  /** Whether every row has been taken. */
  readonly isAtEnd: boolean;
  /** Event time of the source's first trade; undefined before it was read. */
  readonly firstEventTimeMs: number | undefined;
  /** Up to `most` rows that are due, or whether due or not. A rejected row is due with the trade before it. */
  take(most: number, isAnyway: boolean): Promise<DuePart>;
  /** Resolves when the next row is due, at `deadlineMs`, or after `lingerMs` at least. */
  wait(deadlineMs: EpochMs, lingerMs: DurationMs): Promise<void>;
}

export const createDueRows = (source: TradeSource, clock: Clock, speed: number | "max", start: Progress): DueRows => {
  const batches = source.rows(start.position, epochMs(start.startedAtMs))[Symbol.asyncIterator]();
  let waiting: readonly SourceRow[] = [];
  let next = 0;
  let isAtEnd = false;
  let firstEventTimeMs = start.firstEventTimeMs;

  const fill = async (): Promise<void> => {
    while (next >= waiting.length && !isAtEnd) {
      const { value, done } = await batches.next();
      waiting = done === true ? [] : value;
      next = 0;
      isAtEnd = done === true;
    }
  };

  const dueAtMs = (row: SourceRow): number => {
    if (row.kind === "rejected") return 0;
    if (source.isTimedByClock === true) return row.trade.eventTimeMs;
    if (speed === "max") return 0;
    return start.startedAtMs + (row.trade.eventTimeMs - (firstEventTimeMs ?? row.trade.eventTimeMs)) / speed;
  };

  return {
    get isAtEnd() {
      return isAtEnd;
    },
    get firstEventTimeMs() {
      return firstEventTimeMs;
    },
    take: async (most, isAnyway) => {
      const trades: Trade[] = [];
      const rejected: RejectedRow[] = [];
      const nowMs = clock.nowMs();
      for (await fill(); trades.length + rejected.length < most && next < waiting.length;) {
        const row = waiting[next]!;
        if (row.kind === "trade") firstEventTimeMs ??= row.trade.eventTimeMs;
        if (!isAnyway && dueAtMs(row) > nowMs) break;
        if (row.kind === "trade") trades.push(row.trade);
        else rejected.push(row);
        next++;
        if (next >= waiting.length) await fill();
      }
      return { trades, rejected, rowCount: trades.length + rejected.length };
    },
    wait: async (deadlineMs, lingerMs) => {
      const row = waiting[next];
      const dueInMs = row === undefined ? 0 : dueAtMs(row) - clock.nowMs();
      const leftMs = deadlineMs - clock.nowMs();
      await clock.sleep(durationMs(Math.max(1, Math.ceil(Math.min(leftMs, Math.max(lingerMs, dueInMs))))));
    },
    [Symbol.asyncDispose]: async () => {
      await batches.return?.();
    },
  };
};
