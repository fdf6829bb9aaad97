import type { Holding } from "./holding.ts";
import type { PartMessage, SnapshotHead } from "./server-message.ts";

/** Puts the parts of one answer together, whatever their order and repetition, and whatever comes of others in between. */
export class Answer {
  /** By what all parts of an answer have in common, the parts that have come. */
  readonly #parts = new Map<string, Set<number>>();

  /** Takes in one part, and returns what the client has when no part is left to come, undefined before. */
  take({ fromMs, upTo, isRest, part, parts }: SnapshotHead & PartMessage): Holding | undefined {
    const key = JSON.stringify([fromMs, [...upTo], isRest, parts]);
    const come = (this.#parts.get(key) ?? new Set()).add(part);
    this.#parts.set(key, come);
    return come.size < parts ? undefined : { fromMs, upTo };
  }
}
