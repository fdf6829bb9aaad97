import type { SequenceNumber } from "./units.ts";

/** The positions that stored rows are at, each once: a replay of old trades meets as many as there were lives. */
export class HeldPositions {
  /** None, and then some. */
  #all: (SequenceNumber | undefined)[] = [undefined];
  readonly #indexes = new Map<SequenceNumber | undefined, number>();

  get all(): readonly (SequenceNumber | undefined)[] {
    return this.#all;
  }

  clear(): void {
    this.#all = [undefined];
    this.#indexes.clear();
  }

  /** Takes these for its own. @throws RangeError when they do not begin with none, or have it again. */
  take(positions: readonly (SequenceNumber | undefined)[]): void {
    if (positions.indexOf(undefined) !== 0 || positions.lastIndexOf(undefined) !== 0)
      throw new RangeError("positions must be none and then some");
    this.clear();
    this.#all = [...positions];
    for (const [index, position] of positions.entries()) this.#indexes.set(position, index);
  }

  /** Where a position stands among them, from now on if it did not. */
  indexOf(position: SequenceNumber): number {
    const known = this.#indexes.get(position);
    if (known !== undefined) return known;
    const index = this.#all.push(position) - 1;
    this.#indexes.set(position, index);
    return index;
  }

  /** The index again if its position is ahead of `last`, 0 else. */
  aheadOf(last: SequenceNumber, index: number): number {
    return index > 0 && this.#all[index]! > last ? index : 0;
  }
}
