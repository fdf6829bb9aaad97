import type { Figure } from "./figure.ts";

/** How a benchmark is run. */
export interface BenchmarkContext {
  /** Small sizes and few rounds, to see that it runs; the figures mean little. */
  readonly isQuick: boolean;
  /** Whether a figure of this name is wanted: what costs much and is not wanted may be left out. */
  readonly wants: (name: string) => boolean;
  /** Tells what is going on. */
  readonly progress: (text: string) => void;
}

/** One measurement that gives one or several figures. */
export interface Benchmark {
  /** The names that its figures bear. */
  readonly names: readonly string[];
  /**
   * Measures case by case. What is compared has been seen to compute the same before it is timed.
   * @throws RangeError when it has not.
   */
  readonly measure: (context: BenchmarkContext) => AsyncIterable<Figure>;
}
