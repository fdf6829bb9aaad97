import { Answer } from "#core/protocol/answer.ts";
import type { Holding } from "#core/protocol/holding.ts";
import type { ServerMessage } from "#core/protocol/server-message.ts";
import { isPart, keyText, type Wish, type WishKey } from "./wish.ts";

/** A part of an answer. */
export type SnapshotMessage = Extract<ServerMessage, { readonly type: "snapshot" }>;

/** What has come of the answers to wishes. */
export class Answers {
  /** Per wish that is not wholly answered, what has come of the answer. */
  readonly #awaited = new Map<string, Answer>();
  /** Per wish, what its answer told; undefined when it may be a mixture of two. */
  readonly #holdings = new Map<string, Holding | undefined>();

  /** Whether one is still to come. */
  get isAwaiting(): boolean {
    return this.#awaited.size > 0;
  }

  /** What has come of an answer that is not whole, another object each time that it is asked for; undefined of others. */
  awaited(wish: WishKey): Answer | undefined {
    return this.#awaited.get(keyText(wish));
  }

  /** Whether the last answer has come whole. */
  isWhole(wish: WishKey): boolean {
    const key = keyText(wish);
    return this.#holdings.has(key) && !this.#awaited.has(key);
  }

  /** What an answer told, undefined before it is whole, and where parts of two may be mixed. */
  holding(wish: WishKey): Holding | undefined {
    return this.#holdings.get(keyText(wish));
  }

  /** Awaits an answer, as a wish is asked for; returns whether it is the first. */
  ask(wish: WishKey): boolean {
    const key = keyText(wish);
    const isAwaited = this.#awaited.has(key);
    const isFirst = !isAwaited && !this.#holdings.has(key);
    if (isAwaited) this.#holdings.set(key, undefined);
    this.#awaited.set(key, new Answer());
    return isFirst;
  }

  /** Of a part of what was answered whole, all is known: returns whether `wish` is such a part of one of `wishes`. */
  takePart(wish: Wish, wishes: readonly Wish[]): boolean {
    const whole = wishes.find((each) => isPart(wish, each) && !this.#awaited.has(keyText(each)));
    const holding = whole && this.holding(whole);
    if (holding !== undefined) this.#holdings.set(keyText(wish), holding);
    return holding !== undefined;
  }

  /** Takes in a part; returns whether its answer is whole with it. */
  take(message: SnapshotMessage): boolean {
    const key = keyText(message);
    const holding = this.#awaited.get(key)?.take(message);
    if (holding === undefined) return false;
    this.#awaited.delete(key);
    const isMixed = this.#holdings.has(key) && this.#holdings.get(key) === undefined;
    this.#holdings.set(key, isMixed ? undefined : holding);
    return true;
  }

  /** Forgets what was told of anything but these, so that it is asked for as a whole should it be wished for again. */
  keep(wishes: readonly WishKey[]): void {
    const keys = new Set(wishes.map(keyText));
    for (const key of this.#holdings.keys()) if (!keys.has(key)) this.#holdings.delete(key);
  }
}
