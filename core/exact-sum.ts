import { leastWide, type WideDecimal } from "./decimal.ts";

/** A run's own sum must stay below this, so that adding it to another below it is exact in a double. */
export const EXACT_LIMIT = 2 ** 52;

/**
 * A sum of non-negative scaled integers, exact at any size: a double takes what is small and fast, and overflows into a
 * bigint. Its scale is the greatest that was added.
 */
export class ExactSum {
  #scale = 0;
  /** Below {@link EXACT_LIMIT}. */
  #low = 0;
  #high = 0n;

  /** Adds `units / 10^scale`; `units` is an integer below 2^53. */
  add(units: number, scale: number): void {
    if (scale !== this.#scale || units >= EXACT_LIMIT) return this.addWide(BigInt(units), scale);
    this.#low += units;
    if (this.#low >= EXACT_LIMIT) {
      this.#high += BigInt(this.#low);
      this.#low = 0;
    }
  }

  /** Adds `units / 10^scale`. */
  addWide(units: bigint, scale: number): void {
    if (scale > this.#scale) {
      this.#high = (this.#high + BigInt(this.#low)) * 10n ** BigInt(scale - this.#scale);
      this.#low = 0;
      this.#scale = scale;
    }
    this.#high += units * 10n ** BigInt(this.#scale - scale);
  }

  /** The sum in its least scale. */
  value(): WideDecimal {
    return leastWide({ units: this.#high + BigInt(this.#low), scale: this.#scale });
  }
}
