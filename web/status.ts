import { byId, setText } from "./element.ts";
import type { Feed } from "./feed.ts";
import { showCounts } from "./operations/counts.ts";
import { completeWords, feedWords, stateWord, stateWords, updatedWords } from "./words.ts";

/** Heartbeats come each second. */
const STALE_MS = 4_000;
const FAULT_MS = 5_000;

/** Says how the page stands with the server, and how the server stands with its trades. */
export class Status {
  readonly #feed: Feed;
  /** What the server last complained of, and how long it is shown. */
  #fault = { message: "", untilMs: 0 };

  constructor(feed: Feed) {
    this.#feed = feed;
  }

  complain(message: string): void {
    this.#fault = { message, untilMs: performance.now() + FAULT_MS };
  }

  show(): void {
    const { state, silenceMs, ageMs, status } = this.#feed;
    const nowMs = performance.now();
    const isStale = status !== undefined && silenceMs > STALE_MS;
    const view = { state, nowMs, isOnline: navigator.onLine, isStale };
    const isFaulty = nowMs < this.#fault.untilMs;
    byId("state").dataset["state"] = isStale ? "stale" : state.kind;
    setText(byId("state"), stateWords(view));
    const isTold = status !== undefined && !isStale;
    setText(byId("said"), [stateWord(view), ...(isTold ? [feedWords(status.feed)] : [])].join(". "));
    setText(byId("age"), isFaulty ? this.#fault.message : updatedWords(ageMs));
    byId("pipeline").hidden = !isTold;
    if (status === undefined) return;
    const { feed, counts } = status;
    byId("pipeline").dataset["feed"] = feed;
    setText(byId("feed"), feedWords(feed));
    setText(byId("complete"), completeWords(status));
    showCounts(counts);
  }
}
