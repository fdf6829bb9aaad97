import type { LifePorts } from "#core/life.ts";
import { epochMs } from "#core/units.ts";
import type { Fault } from "./faults.ts";
import type { Choices } from "./choices.ts";

/** More than any clock in a cloud is off, and less than what is allowed for where it matters. */
const MOST_SKEW_MS = 540_000;

/** Thrown where an invocation dies. */
class Killed extends Error {}

/** The course of one invocation: which effect it will not reach, and whether it then goes on as a zombie. */
interface Course {
  effectsLeft: number;
  readonly isStalling: boolean;
  isZombie: boolean;
  readonly stall: () => void;
}

export type Outcome<Value> = { readonly kind: "ok"; readonly value: Value } | { readonly kind: "failed" };

/**
 * Runs what works on ports, and lets it die before any effect, succeed with its answer lost, or stall and go on later,
 * effect by effect, while others run.
 */
export class Invocations {
  readonly #random: Choices;
  #faults: ReadonlySet<Fault>;
  /** Zombies wait here, each before its next effect. */
  readonly #parked: (() => void)[] = [];
  readonly #zombies = new Set<Promise<unknown>>();

  constructor(random: Choices, faults: ReadonlySet<Fault>) {
    this.#random = random;
    this.#faults = faults;
  }

  /** From here on nothing goes wrong any more. */
  calm(): void {
    this.#faults = new Set();
  }

  async run<Value>(
    ports: LifePorts,
    work: (ports: LifePorts, gate: () => Promise<void>) => Promise<Value>,
  ): Promise<Outcome<Value>> {
    const random = this.#random;
    const isCut = this.#faults.has("crash") && random.isBelow(0.3);
    let onStall = (): void => undefined;
    const stalled = new Promise<Outcome<Value>>((resolve) => {
      onStall = () => resolve({ kind: "failed" });
    });
    const course: Course = {
      effectsLeft: isCut ? random.below(8) : Number.POSITIVE_INFINITY,
      isStalling: this.#faults.has("zombie") && random.isBelow(0.6),
      isZombie: false,
      stall: onStall,
    };
    const gate = (): Promise<void> => this.#pass(course);
    const working = work(gated(this.#timed(ports), gate), gate).then(
      (value): Outcome<Value> =>
        this.#faults.has("lost") && random.isBelow(0.2) ? { kind: "failed" } : { kind: "ok", value },
      (error: unknown): Outcome<Value> => {
        if (error instanceof Killed) return { kind: "failed" };
        throw error;
      },
    );
    const outcome = await Promise.race([working, stalled]);
    if (course.isZombie) {
      this.#zombies.add(working);
      void working.finally(() => this.#zombies.delete(working));
    }
    return outcome;
  }

  /** The same ports by a clock of their own, which may be wrong. */
  #timed(ports: LifePorts): LifePorts {
    if (!this.#faults.has("clocks")) return ports;
    const aheadMs = this.#random.below(2 * MOST_SKEW_MS) - MOST_SKEW_MS;
    return { ...ports, clock: { nowMs: () => epochMs(ports.clock.nowMs() + aheadMs) } };
  }

  /** Lets some of the zombies take a step or two. */
  async stir(): Promise<void> {
    while (this.#parked.length > 0 && this.#random.isBelow(0.3))
      await this.#release(this.#random.below(this.#parked.length));
  }

  /** Lets every zombie go on to its end. */
  async drain(): Promise<void> {
    while (this.#zombies.size > 0) {
      if (this.#parked.length > 0) await this.#release(0);
      else await settled();
    }
  }

  async #pass(course: Course): Promise<void> {
    if (!course.isZombie && course.effectsLeft-- > 0) return this.stir();
    if (!course.isZombie) {
      if (!course.isStalling) throw new Killed();
      course.isZombie = true;
      course.stall();
    }
    await new Promise<void>((resolve) => this.#parked.push(resolve));
  }

  async #release(index: number): Promise<void> {
    const [go] = this.#parked.splice(index, 1);
    go?.();
    await settled();
  }
}

/** Resolves when all that can go on without us has gone on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The same ports, with a gate before every single effect. */
const gated = (ports: LifePorts, gate: () => Promise<void>): LifePorts => ({
  ...ports,
  panes: {
    get: async (keys) => {
      await gate();
      return ports.panes.get(keys);
    },
    range: (range) => ports.panes.range(range),
    put: async (panes) => {
      for (const pane of panes) {
        await gate();
        await ports.panes.put([pane]);
      }
    },
  },
  checkpoints: {
    list: (stream) => ports.checkpoints.list(stream),
    get: async (stream, shard) => {
      await gate();
      return ports.checkpoints.get(stream, shard);
    },
    put: async (checkpoint) => {
      await gate();
      await ports.checkpoints.put(checkpoint);
    },
  },
  symbols: {
    see: async (symbols, dayMs) => {
      await gate();
      await ports.symbols.see(symbols, dayMs);
    },
  },
  statuses: {
    put: async (status) => {
      await gate();
      await ports.statuses.put(status);
    },
  },
  updates: {
    publish: async (records) => {
      await gate();
      await ports.updates.publish(records);
    },
  },
});
