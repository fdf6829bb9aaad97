import type { RejectionReason, Trade } from "../trade.ts";
import type { EpochMs } from "../units.ts";

/** What is wrong with a row, for people. */
export interface RowProblem {
  /** What must be: `the price must be greater than 0`. */
  readonly must: string;
  /** What was, quoted and shortened. */
  readonly was: string;
}

/** One row of a source: a trade, or what can be none. */
export type SourceRow =
  | { readonly kind: "trade"; readonly trade: Trade }
  | {
      readonly kind: "rejected";
      /** From 1, the header included. */ readonly line: number;
      readonly reason: RejectionReason;
      readonly problem?: RowProblem;
    };

/** Where trades come from. Reading again gives the same rows, so that a run can go on where another stopped. */
export interface TradeSource {
  /** Whether each trade is due when the clock shows its time, whatever the speed. @default false */
  readonly isTimedByClock?: boolean;

  /**
   * The rows from the `from`-th on (the first is 0), in batches, in the order of their times. A source without times of its
   * own puts its first trade at `startedAtMs`. Never-ending sources never end.
   * @throws PipelineError TAPE_FILE_UNREADABLE when the source cannot be read, or not to its end.
   */
  rows(from: number, startedAtMs: EpochMs): AsyncIterable<readonly SourceRow[]>;
}
