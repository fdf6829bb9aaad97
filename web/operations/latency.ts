import type { Pane } from "#core/pane.ts";
import { Recent, type Quantiles } from "./recent.ts";
import type { ServerClock } from "./server-clock.ts";
import { NOW_MS, type Passage } from "./stages.ts";

interface Pending {
  readonly shard: string;
  readonly last: string;
  /** When the newest trade of the panes happened, if none as new had come before. */
  readonly newestMs: number | undefined;
  readonly sentMs: number | undefined;
  readonly receivedMs: number;
}

/** How long trades take to the screen: what updates hold, when they came, and when they were painted. */
export class Latency {
  readonly #clock: ServerClock;
  readonly #newestMs = new Map<string, number>();
  #pending: Pending[] = [];
  readonly #total = new Recent();
  readonly #painting = new Recent();

  constructor(clock: ServerClock) {
    this.#clock = clock;
  }

  /** An update has come, at `nowMs` of this clock. */
  took(panes: readonly Pane[], sentMs: number | undefined, nowMs: number): void {
    const newest = new Map<string, Pane>();
    for (const pane of panes) {
      const known = newest.get(pane.shard);
      if (known === undefined || closeOf(known) < closeOf(pane)) newest.set(pane.shard, pane);
    }
    for (const [shard, pane] of newest) {
      const closeMs = closeOf(pane);
      // what a life repeats at its end says nothing new of how long anything took
      const isNews = closeMs > (this.#newestMs.get(shard) ?? Number.NEGATIVE_INFINITY);
      if (isNews) this.#newestMs.set(shard, closeMs);
      const newestMs = isNews ? closeMs : undefined;
      this.#pending.push({ shard, last: pane.lastSequence, newestMs, sentMs, receivedMs: nowMs });
    }
  }

  /** All that has come is painted, at `nowMs` of this clock; returns what that was. */
  painted(nowMs: number): readonly Passage[] {
    const [first] = this.#pending;
    if (first !== undefined) this.#painting.add(nowMs - first.receivedMs, nowMs);
    return this.#pending.splice(0).map(({ shard, last, newestMs, sentMs, receivedMs }) => {
      const paintedMs = this.#clock.timeAt(nowMs);
      const tookMs = newestMs === undefined ? Number.POSITIVE_INFINITY : paintedMs - newestMs;
      if (tookMs < NOW_MS) this.#total.add(tookMs, nowMs);
      return { shard, last, sentMs, receivedMs: this.#clock.timeAt(receivedMs), paintedMs };
    });
  }

  /** Forgets what came while nothing is painted. */
  skip(): void {
    this.#pending = [];
  }

  /** From the newest trade of an update until it was painted, in the last minute. */
  total(nowMs: number): Quantiles | undefined {
    return this.#total.quantiles(nowMs);
  }

  /** From the first message of a frame until it was painted, in the last minute. */
  painting(nowMs: number): Quantiles | undefined {
    return this.#painting.quantiles(nowMs);
  }
}

const closeOf = ({ content }: Pane): number => content.close.eventTimeMs;
