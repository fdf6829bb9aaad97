import { contentOf } from "./content-cells.ts";
import type { BarContent, Pane } from "./pane.ts";
import type { DurationMs, EpochMs, SequenceNumber } from "./units.ts";

/** The key of a pane and what is known beside its content. */
export type PaneHead = Omit<Pane, "content">;

/**
 * A pane of cells (content-cells.ts) that change no more. Its content is made each time that somebody asks: to make tens of
 * thousands at once takes as long as to fold their trades, and all the memory that a store wants for one after another.
 */
export class RowPane implements Pane {
  readonly symbol: string;
  readonly intervalMs: DurationMs;
  readonly startMs: EpochMs;
  readonly shard: string;
  readonly lastSequence: SequenceNumber;
  readonly isCorrected: boolean;
  readonly #cells: Float64Array;
  readonly #at: number;

  constructor(
    { symbol, intervalMs, startMs, shard, lastSequence, isCorrected }: PaneHead,
    cells: Float64Array,
    at: number,
  ) {
    this.symbol = symbol;
    this.intervalMs = intervalMs;
    this.startMs = startMs;
    this.shard = shard;
    this.lastSequence = lastSequence;
    this.isCorrected = isCorrected;
    this.#cells = cells;
    this.#at = at;
  }

  get content(): BarContent {
    return contentOf(this.#cells, this.#at);
  }
}
