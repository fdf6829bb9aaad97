import type { EpochMs } from "../units.ts";

/** What is known of a symbol: that it traded, that somebody wants it, or both. */
export interface KnownSymbol {
  readonly symbol: string;
  /** The start of the last UTC day on which a trade of it was folded, undefined before the first. */
  readonly seenMs: EpochMs | undefined;
  /** Whether feeds that choose what they fetch shall fetch it. */
  readonly isWatched: boolean;
}

/** The symbols of the pipeline. Every method throws PipelineError TAPE_STORE_UNAVAILABLE when the store cannot be asked. */
export interface SymbolRegister {
  /** Those that are known, ordered by symbol: the first `most` of them. @default all */
  list(most?: number): Promise<readonly KnownSymbol[]>;

  /** What is known of these, each once, in their order. */
  get(symbols: readonly string[]): Promise<readonly KnownSymbol[]>;

  /** Notes that these traded on the UTC day that starts at `dayMs`. The latest day noted wins. */
  see(symbols: readonly string[], dayMs: EpochMs): Promise<void>;

  /**
   * Adds symbols, each once, to what is watched, for a week from when each was last added. False when more than
   * `MAX_WATCHED` would be watched; then none is added, and those that are watched already stay so.
   */
  watch(symbols: readonly string[]): Promise<boolean>;

  unwatch(symbols: readonly string[]): Promise<void>;
}
