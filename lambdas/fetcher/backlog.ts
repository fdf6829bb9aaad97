import type { Clock } from "#core/ports/clock.ts";
import type { RecordPlace } from "#core/ports/frame-stream.ts";
import type { ShardStatusStore } from "#core/ports/shard-status.ts";
import { durationMs, type EpochMs, type SequenceNumber } from "#core/units.ts";
import type { Progress } from "../source-progress.ts";

/** While trades wait, the aggregators are asked this often how far they are. */
const POLL_MS = durationMs(200);

export interface BacklogDeps {
  readonly statuses: Pick<ShardStatusStore, "list">;
  /** Name of the ticks stream. */
  readonly ticksStream: string;
  /** As many trades may be sent and not folded yet, about. */
  readonly maxUnfoldedTrades: number;
  readonly clock: Clock;
}

/** A frame that the stream took. */
export interface SentFrame {
  readonly place: RecordPlace;
  readonly tradeCount: number;
}

/**
 * What a producer has sent and the aggregators have not folded yet. It keeps a source that is faster than the pipeline
 * waiting, so that neither the stream nor the lag grows without end.
 */
export class Backlog {
  readonly #deps: BacklogDeps;
  #frames: readonly SentFrame[];
  #lastPlaces: Record<string, SequenceNumber>;
  #askedMs = Number.NEGATIVE_INFINITY;

  /** Goes on behind what an earlier run sent: how much of that is folded is not known, so all of it must be first. */
  constructor(deps: BacklogDeps, lastPlaces: Progress["lastPlaces"]) {
    this.#deps = deps;
    this.#lastPlaces = { ...lastPlaces };
    this.#frames = Object.entries(lastPlaces).map(([shard, sequenceNumber]) => ({
      place: { shard, sequenceNumber },
      tradeCount: deps.maxUnfoldedTrades + 1,
    }));
  }

  get lastPlaces(): Progress["lastPlaces"] {
    return this.#lastPlaces;
  }

  add(frames: readonly SentFrame[]): void {
    this.#frames = [...this.#frames, ...frames];
    for (const { place } of frames) {
      const last = this.#lastPlaces[place.shard];
      if (last === undefined || last < place.sequenceNumber) this.#lastPlaces[place.shard] = place.sequenceNumber;
    }
  }

  /** Whether more may be sent. Asks the aggregators when more than half of what may be is not known to be folded. */
  async hasRoom(): Promise<boolean> {
    const { maxUnfoldedTrades, clock } = this.#deps;
    // A clock that was put back must not keep a source waiting until it is as late again.
    const isDue = Math.abs(clock.nowMs() - this.#askedMs) >= POLL_MS;
    if (this.#unfoldedTrades() * 2 > maxUnfoldedTrades && isDue) await this.#ask();
    return this.#unfoldedTrades() <= maxUnfoldedTrades;
  }

  /** Resolves when it is time to ask again, or at `deadlineMs`. */
  async wait(deadlineMs: EpochMs): Promise<void> {
    const { clock } = this.#deps;
    await clock.sleep(durationMs(Math.max(1, Math.min(POLL_MS, deadlineMs - clock.nowMs()))));
  }

  async #ask(): Promise<void> {
    const { statuses, ticksStream, clock } = this.#deps;
    const folded = new Map((await statuses.list(ticksStream)).map(({ shard, last }) => [shard, last]));
    this.#frames = this.#frames.filter(({ place }) => place.sequenceNumber > (folded.get(place.shard) ?? ""));
    this.#askedMs = clock.nowMs();
  }

  #unfoldedTrades(): number {
    return this.#frames.reduce((sum, { tradeCount }) => sum + tradeCount, 0);
  }
}
