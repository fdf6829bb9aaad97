/**
 * A set of topic numbers, interned: equal sets are one object. A set grows by numbers in ascending order alone, so that it
 * is reached in one way:
 *
 *     {} ─ 1 ─ {1} ─ 4 ─ {1,4}
 *        └ 4 ─ {4}
 */
export class Wants {
  /** Undefined for the empty set. */
  readonly #greatest: { readonly number: number; readonly rest: Wants } | undefined;
  readonly #next = new Map<number, Wants>();

  constructor(greatest?: { readonly number: number; readonly rest: Wants }) {
    this.#greatest = greatest;
  }

  /**
   * The set with `number` in it.
   * @throws RangeError when it is less than the greatest so far.
   */
  with(number: number): Wants {
    const greatest = this.#greatest?.number ?? -1;
    if (number === greatest) return this;
    if (number < greatest) throw new RangeError(`numbers must ascend, was ${number} after ${greatest}`);
    const known = this.#next.get(number);
    if (known !== undefined) return known;
    const grown = new Wants({ number, rest: this });
    this.#next.set(number, grown);
    return grown;
  }

  /** The numbers in it, ascending. */
  numbers(): readonly number[] {
    const numbers: number[] = [];
    for (let at = this.#greatest; at !== undefined; at = at.rest.#greatest) numbers.push(at.number);
    return numbers.toReversed();
  }
}
