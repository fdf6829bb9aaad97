import { advanceLife } from "#core/advance-life.ts";
import type { LifePorts, LifeRules } from "#core/life.ts";
import type { ShardRecord } from "#core/ports/shard-reader.ts";
import type { Fault } from "./faults.ts";
import type { Invocations, Outcome } from "./invocations.ts";
import type { Choices } from "./choices.ts";

export interface MappingSetting {
  readonly ports: LifePorts;
  readonly rules: LifeRules;
  readonly random: Choices;
  readonly invocations: Invocations;
  readonly faults: ReadonlySet<Fault>;
  readonly shard: string;
  readonly records: readonly ShardRecord[];
  readonly isWindowed: boolean;
  /** No record follows, and the mapping may begin behind the last. */
  readonly isClosed: boolean;
  /** Lets all records of the shard before this one expire. */
  readonly expire: (index: number) => void;
}

interface Place {
  readonly index: number;
  readonly state: Uint8Array | undefined;
  readonly window: number | undefined;
  readonly windowSeconds: number;
}

interface Event {
  readonly records: readonly ShardRecord[];
  readonly isLast: boolean;
  readonly state: Uint8Array | undefined;
}

const UNREADABLE = new Uint8Array([0xff, 0xff]);

/** An early end is asked for when the state holds more than about two panes. */
const EARLY_STATE_BYTES = 150;

/** One event source mapping on one shard, as the documents allow it to behave. Each `step` is one event or one mishap. */
export class Mapping {
  readonly #setting: MappingSetting;
  #faults: ReadonlySet<Fault>;
  #place: Place = { index: 0, state: undefined, window: undefined, windowSeconds: 10 };
  /** Where the open life began: what is before it has been stored. */
  #lifeStart = 0;
  #batchSize: number | undefined;
  #mishapsLeft = 40;
  readonly #places: Place[] = [];
  readonly #events: Event[] = [];

  constructor(setting: MappingSetting) {
    this.#setting = setting;
    this.#faults = setting.faults;
  }

  /** Returns whether there is more to do. */
  async step(): Promise<boolean> {
    const { records, random, isWindowed } = this.#setting;
    await this.#setting.invocations.stir();
    if (this.#mishapsLeft <= 0) this.#faults = new Set();
    if (this.#mishapsLeft > 0 && (await this.#mishap(random.next()))) return true;
    const { index, window } = this.#place;
    const next = index < records.length ? this.#windowOf(index) : undefined;
    if (isWindowed && window !== undefined && (next === undefined || this.#isBeyond(next, window))) {
      await this.#closeWindow();
      return true;
    }
    if (next === undefined) return false;
    await this.#deliver(window ?? next);
    return true;
  }

  async #mishap(dice: number): Promise<boolean> {
    const { random, records, isClosed } = this.#setting;
    const { index } = this.#place;
    if (records.length === 0) return false;
    if (this.#faults.has("oldEvents") && this.#events.length > 0 && dice < 0.06) {
      this.#mishapsLeft -= 1;
      await this.#invoke(random.pick(this.#events));
      return true;
    }
    if (this.#faults.has("rewind") && this.#places.length > 0 && dice >= 0.06 && dice < 0.12) {
      this.#mishapsLeft -= 3;
      this.#rewind();
      return true;
    }
    const isAhead = this.#faults.has("recreateAhead");
    if ((isAhead || this.#faults.has("recreate")) && dice >= 0.12 && dice < 0.16) {
      this.#mishapsLeft -= 5;
      const furthest = isAhead ? index : Math.min(this.#lifeStart, index);
      const start = random.isBelow(0.6) ? Math.min(random.below(furthest + 1), records.length - (isClosed ? 0 : 1)) : 0;
      const windowSeconds = this.#faults.has("rewindow") ? random.pick([4, 7, 10, 20]) : this.#place.windowSeconds;
      this.#place = { index: start, state: undefined, window: undefined, windowSeconds };
      this.#batchSize = undefined;
      return true;
    }
    if (this.#faults.has("expire") && dice >= 0.3 && dice < 0.4) {
      this.#mishapsLeft -= 3;
      const first = Math.min(random.below(index + 4), records.length - 1);
      this.#setting.expire(first);
      // What Lambda was about to read is gone, and it goes on with what is left.
      this.#place = { ...this.#place, index: Math.max(index, first) };
    }
    if (this.#faults.has("loseState") && this.#place.state && dice >= 0.16 && dice < 0.2) {
      this.#mishapsLeft -= 2;
      this.#place = { ...this.#place, state: random.isBelow(0.3) ? UNREADABLE : undefined };
    }
    // With a stale state at the very end, what it lacks waits for the next record, or for the first of a child.
    if (
      this.#faults.has("staleState") &&
      (index < records.length || isClosed) &&
      this.#places.length > 0 &&
      dice >= 0.2 &&
      dice < 0.3
    ) {
      this.#mishapsLeft -= 2;
      this.#place = { ...this.#place, state: random.pick(this.#places).state };
    }
    return false;
  }

  #rewind(): void {
    this.#place = this.#setting.random.pick(this.#places.slice(-8));
    this.#batchSize = undefined;
  }

  async #closeWindow(): Promise<void> {
    const event = { records: [], isLast: true, state: this.#place.state };
    this.#events.push(event);
    const outcome = await this.#invoke(event);
    if (outcome.kind === "failed") {
      this.#mishapsLeft -= 1;
      return;
    }
    this.#place = { ...this.#place, state: undefined, window: undefined };
    this.#lifeStart = Math.max(this.#lifeStart, this.#place.index);
  }

  async #deliver(window: number): Promise<void> {
    const { records, random, isWindowed } = this.#setting;
    this.#place = { ...this.#place, window };
    this.#places.push(this.#place);
    const { index } = this.#place;
    const size = this.#batchSize ?? 1 + random.below(6);
    let end = index;
    while (end < records.length && end - index < size && !(isWindowed && this.#isBeyond(this.#windowOf(end), window)))
      end++;
    const event = {
      records: records.slice(index, end),
      isLast: !isWindowed,
      state: isWindowed ? this.#place.state : undefined,
    };
    this.#events.push(event);
    const outcome = await this.#invoke(event);
    if (outcome.kind === "failed") {
      this.#mishapsLeft -= 1;
      const half = Math.max(1, Math.floor(event.records.length / 2));
      if (this.#faults.has("bisect") && event.records.length > 1) this.#batchSize = half;
      else this.#batchSize = this.#faults.has("boundaries") ? undefined : event.records.length;
      return;
    }
    this.#batchSize = undefined;
    this.#place = { ...this.#place, index: end, state: outcome.value, window: isWindowed ? window : undefined };
    if (!isWindowed || outcome.value === undefined) this.#lifeStart = Math.max(this.#lifeStart, end);
    if (this.#faults.has("early") && (outcome.value?.length ?? 0) > EARLY_STATE_BYTES) await this.#endEarly();
  }

  async #endEarly(): Promise<void> {
    const { random, invocations } = this.#setting;
    for (;;) {
      await invocations.stir();
      const event = { records: [], isLast: true, state: this.#place.state };
      this.#events.push(event);
      if ((await this.#invoke(event)).kind === "ok") break;
      if (this.#mishapsLeft-- <= 0) invocations.calm();
      if (this.#faults.has("rewind") && random.isBelow(0.2)) return this.#rewind();
    }
    this.#place = { ...this.#place, state: undefined, window: undefined };
    this.#lifeStart = this.#place.index;
  }

  #invoke({ records, isLast, state }: Event): Promise<Outcome<Uint8Array | undefined>> {
    const { ports, rules, shard, invocations } = this.#setting;
    if (this.#mishapsLeft <= 0) invocations.calm();
    const step = { stream: "ticks", shard, records, state, isLast };
    return invocations.run(ports, async (gatedPorts) => (await advanceLife(gatedPorts, rules, step)).state);
  }

  #windowOf(index: number): number {
    return Math.floor(this.#setting.records[index]!.arrivalTimeMs / 1_000 / this.#place.windowSeconds);
  }

  /** Whether arrival window `next` is another than the open one; without stragglers, a later one. */
  #isBeyond(next: number, open: number): boolean {
    return this.#faults.has("straggler") ? next !== open : next > open;
  }
}
