/** What a shard's records up to a position came to: a function of the shard's prefix. */
export interface ShardCounts {
  readonly records: number;
  /** Trades folded. */
  readonly trades: number;
  /** Trades folded that were behind the watermark when they arrived. */
  readonly lateTrades: number;
  /** Those of them that came when a stored bar of theirs had been said to be final, and so corrected it. */
  readonly correctingTrades: number;
  /** Frames that had been seen before, and so were not folded. */
  readonly duplicateFrames: number;
  readonly duplicateTrades: number;
  readonly rejected: number;
}

export const COUNT_NAMES = [
  "records",
  "trades",
  "lateTrades",
  "correctingTrades",
  "duplicateFrames",
  "duplicateTrades",
  "rejected",
] as const satisfies readonly (keyof ShardCounts)[];

/** Counts of which each is what `count` says of its name. */
export const countsOf = (count: (name: keyof ShardCounts) => number): ShardCounts => ({
  records: count("records"),
  trades: count("trades"),
  lateTrades: count("lateTrades"),
  correctingTrades: count("correctingTrades"),
  duplicateFrames: count("duplicateFrames"),
  duplicateTrades: count("duplicateTrades"),
  rejected: count("rejected"),
});

/** The counts of several shards together. */
export const sumOfCounts = (all: readonly ShardCounts[]): ShardCounts =>
  countsOf((name) => all.reduce((sum, counts) => sum + counts[name], 0));
