import { leastWide, type WideDecimal } from "./decimal.ts";

/** A run's own sum must stay below this, so that adding it to another below it is exact in a double. */
export const EXACT_LIMIT = 2 ** 52;

/** A sum of scaled integers, exact at any size. Its scale is the greatest that was added. */
export class ExactSum {
  #scale = 0;
  #units = 0n;

  /** Adds `units / 10^scale`. */
  add(units: bigint, scale: number): void {
    if (scale > this.#scale) {
      this.#units *= 10n ** BigInt(scale - this.#scale);
      this.#scale = scale;
    }
    this.#units += units * 10n ** BigInt(this.#scale - scale);
  }

  /** The sum in its least scale. */
  value(): WideDecimal {
    return leastWide({ units: this.#units, scale: this.#scale });
  }
}
