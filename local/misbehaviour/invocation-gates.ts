import type { SkewClock } from "../function-worker.ts";

/** What becomes of a request: `refuse` is for a caller that no longer lives. */
export type Passage = "forward" | "forward-then-die" | "refuse";

/** Is asked before each request of one invocation, and told behind one that shall be its last. */
export interface Gate {
  pass(): Promise<Passage>;
  forwarded(): void;
  /** Whether any request may become the last. */
  readonly isMortal?: boolean;
  /** Puts the clock of who asks wrong; absent where its clock is let alone. */
  readonly skewClock?: SkewClock;
}

/** The gates of invocations under way, found by the trace that their requests bear. */
export class InvocationGates {
  readonly #gates = new Map<string, Gate>();

  /** `gate` stands before every further request of the invocation, until the invocation has ended. */
  put(requestId: string, gate: Gate): Disposable {
    const key = requestId.replaceAll("-", "");
    this.#gates.set(key, gate);
    return { [Symbol.dispose]: () => void this.#gates.delete(key) };
  }

  find(traceId: string | undefined): Gate | undefined {
    const [, first, rest] = /^Root=1-([\da-f]{8})-([\da-f]{24})/.exec(traceId ?? "") ?? [];
    return first === undefined ? undefined : this.#gates.get(`${first}${rest}`);
  }
}

/** Kills the process at its `number`-th request: before the service has taken it, or behind. */
export const killingGate = (number: number, isTaken: boolean, kill: () => void): Gate => {
  let count = 0;
  return {
    pass: async () => {
      if (++count !== number) return "forward";
      if (isTaken) return "forward-then-die";
      kill();
      return "refuse";
    },
    forwarded: kill,
  };
};

/** Lets every request pass, and the process die behind one, or its clock go wrong, when that is asked for. */
export const mortalGate = (kill: () => void, skewClock: SkewClock): Gate => ({
  pass: async () => "forward",
  forwarded: kill,
  isMortal: true,
  skewClock,
});

/** Stalls the invocation from its `number`-th request on: each waits for `resume`. */
export const stallingGate = (number: number, onStall: () => void, resume: () => Promise<void>): Gate => {
  let count = 0;
  return {
    pass: async () => {
      if (++count === number) onStall();
      if (count >= number) await resume();
      return "forward";
    },
    forwarded: () => undefined,
  };
};
