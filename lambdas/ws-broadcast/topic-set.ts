/**
 * A set of topic numbers, interned: equal sets are one object. A set grows by numbers in ascending order alone, so that it
 * is reached in one way:
 *
 *     {} ─ 1 ─ {1} ─ 4 ─ {1,4}
 *        └ 4 ─ {4}
 */
export class TopicSet {
  /** Undefined for the empty set. */
  readonly #greatest: { readonly number: number; readonly rest: TopicSet } | undefined;
  readonly #next = new Map<number, TopicSet>();

  constructor(greatest?: { readonly number: number; readonly rest: TopicSet }) {
    this.#greatest = greatest;
  }

  /**
   * The set with `number` in it.
   * @throws RangeError when it is less than the greatest so far.
   */
  with(number: number): TopicSet {
    const greatest = this.#greatest?.number ?? -1;
    if (number === greatest) return this;
    if (number < greatest) throw new RangeError(`numbers must ascend, was ${number} after ${greatest}`);
    const known = this.#next.get(number);
    if (known !== undefined) return known;
    const grown = new TopicSet({ number, rest: this });
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
