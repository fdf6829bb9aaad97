import { randomUUID } from "node:crypto";
import { createRandom, type Random } from "#core/random.ts";
import type { Activity } from "../activity.ts";
import type { DrivenMappingOptions } from "../drivers.ts";
import { FunctionError, ThrottledError } from "../function-error.ts";
import type { InvocationOptions } from "../function-host.ts";
import { clockSkewMs } from "./clock-skew.ts";
import type { FaultKind } from "./fault-kind.ts";
import type { PlannedFault } from "./fault-plan.ts";
import type { FaultQueue } from "./fault-queue.ts";
import { killingGate, stallingGate, type InvocationGates } from "./invocation-gates.ts";
import { garbled, isEmpty, readMappedEvent, stateOf, withMembers, type MappedEvent } from "./mapped-event.ts";
import type { Progress } from "./progress.ts";
import { pick } from "./pick.ts";

export interface DeliveryOptions {
  readonly queue: FaultQueue;
  readonly progress: Progress;
  readonly gates: InvocationGates;
  /** Runs the mapping's function with an event, as the mapping itself would. */
  readonly invoke: DrivenMappingOptions["invoke"];
  /** Touched when an invocation ends of which the mapping no longer knows. */
  readonly activity: Activity;
}

/** One delivery on its way, and what misbehaviour may choose. */
interface Delivery {
  readonly text: string;
  readonly event: MappedEvent;
  readonly random: Random;
}

/** Old batches that are kept to come again. */
const KEPT_EVENTS = 200;
/** No invocation is stalled for longer than this before one request. */
const STALL_MS = 250;
/** Invocations are cut off at one of their first requests. */
const REQUESTS = 12;

/** Stands between a mapping and its function, and delivers otherwise than the mapping meant to. */
export class UnrulyDelivery {
  readonly #options: DeliveryOptions;
  readonly #history: string[] = [];
  readonly #zombies = new Set<Promise<unknown>>();
  #ended = Promise.withResolvers<void>();

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Invocations under way that the mapping believes dead. */
  get zombies(): number {
    return this.#zombies.size;
  }

  /** Resolves when every invocation has ended that the mapping believes dead. */
  async idle(): Promise<void> {
    while (this.#zombies.size > 0) await Promise.all(this.#zombies);
  }

  /** Delivers the event of the mapping called `mapping`. @throws FunctionError, ThrottledError */
  async deliver(mapping: string, text: string): Promise<string> {
    const { queue, progress } = this.#options;
    const event = readMappedEvent(text);
    progress.noteDelivery(mapping, event);
    const fault = queue.take(progress.delivered, (kind) => this.#canInject(kind, event));
    const response = await this.#misdeliver(fault, { text, event, random: createRandom(fault?.seed ?? 0) });
    progress.noteSuccess(mapping, event.shardId, !isEmpty(stateOf(response)));
    this.#history.push(text);
    if (this.#history.length > KEPT_EVENTS) this.#history.shift();
    return response;
  }

  #canInject(kind: FaultKind, { Records, state, window, shardId }: MappedEvent): boolean {
    switch (kind) {
      case "redeliver":
      case "drop-response":
      case "time-out":
      case "kill":
      case "throttle-invocation":
      case "skew-clock":
        return true;
      case "take-part":
      case "cut-elsewhere":
        return Records.length > 1;
      case "redeliver-old":
        return this.#history.length > 0;
      case "lose-state":
      case "garble-state":
        return !isEmpty(state);
      case "stale-state":
        // At a window's end, what an older state lacks would wait for the shard's next record, which may never come.
        return Records.length > 0 && this.#oldStates(shardId).length > 0;
      case "end-early":
        return window !== undefined && Records.length > 0;
      default:
        return false;
    }
  }

  async #misdeliver(fault: PlannedFault | undefined, delivery: Delivery): Promise<string> {
    if (fault === undefined) return this.#invoke(delivery.text);
    this.#options.queue.injected(fault);
    const { text, event, random } = delivery;
    switch (fault.kind) {
      case "redeliver":
        await this.#invoke(text);
        return this.#invoke(text);
      case "take-part":
        await this.#invoke(withMembers(text, { Records: event.Records.slice(0, cutOf(event, random)) }));
        return this.#invoke(text);
      case "cut-elsewhere":
        await this.#invoke(text);
        return this.#deliverCut(text, event, random);
      case "redeliver-old":
        return this.#deliverOld(text, random);
      case "drop-response":
        await this.#invoke(text);
        throw failure("Runtime.ExitError", "the response was lost");
      case "lose-state":
        return this.#invoke(withMembers(text, { state: {} }));
      case "garble-state":
        return this.#invoke(withMembers(text, { state: garbled(event.state, random() / 2) }));
      case "stale-state":
        return this.#invoke(withMembers(text, { state: pick(random, this.#oldStates(event.shardId)) }));
      case "end-early":
        return this.#endEarly(text);
      case "time-out":
        return this.#timeOut(delivery);
      case "kill":
        return this.#kill(delivery);
      case "throttle-invocation":
        throw new ThrottledError();
      case "skew-clock":
        return this.#invoke(text, { onStart: (skewClock) => skewClock(clockSkewMs(random)) });
      default:
        throw new RangeError(`a fault of delivery must be injected, was ${fault.kind}`);
    }
  }

  /** The second part comes with the state that the first returned. */
  async #deliverCut(text: string, event: MappedEvent, random: Random): Promise<string> {
    const cut = cutOf(event, random);
    const first = await this.#invoke(withMembers(text, { Records: event.Records.slice(0, cut) }));
    const rest = { Records: event.Records.slice(cut) };
    return this.#invoke(withMembers(text, event.window === undefined ? rest : { ...rest, state: stateOf(first) }));
  }

  async #deliverOld(text: string, random: Random): Promise<string> {
    const response = await this.#invoke(text);
    const count = 1 + Math.floor(random() * 3);
    for (let i = 0; i < count; i++) await this.#invoke(pick(random, this.#history));
    return response;
  }

  /** Like a state that has outgrown its limit: the window ends with an invocation of its own, and begins afresh. */
  async #endEarly(text: string): Promise<string> {
    const state = stateOf(await this.#invoke(text));
    const end = { Records: [], state, isFinalInvokeForWindow: true, isWindowTerminatedEarly: true };
    await this.#invoke(withMembers(text, end));
    return JSON.stringify({ state: {}, batchItemFailures: [] });
  }

  /** If the invocation ends before it is killed, what it says is lost with its process. */
  async #kill({ text, random }: Delivery): Promise<string> {
    const requestId = randomUUID();
    const kill = new AbortController();
    const number = 1 + Math.floor(random() * REQUESTS);
    using _ = this.#options.gates.put(
      requestId,
      killingGate(number, random() < 0.5, () => kill.abort()),
    );
    await this.#invoke(text, { requestId, kill: kill.signal });
    throw failure("Runtime.ExitError", "the process was killed behind its last request");
  }

  /** If the invocation ends before it is stalled, it has timed out with its answer on its lips. */
  async #timeOut({ text, random }: Delivery): Promise<string> {
    const requestId = randomUUID();
    const stalled = Promise.withResolvers<void>();
    const number = 1 + Math.floor(random() * REQUESTS);
    const gate = this.#options.gates.put(
      requestId,
      stallingGate(number, stalled.resolve, () => this.#next()),
    );
    const running = this.#invoke(text, { requestId }).then(
      () => undefined,
      () => undefined,
    );
    const zombie = running.finally(() => {
      gate[Symbol.dispose]();
      this.#zombies.delete(zombie);
      this.#options.activity.touch();
    });
    this.#zombies.add(zombie);
    await Promise.race([zombie, stalled.promise]);
    throw failure("Sandbox.Timedout", "the invocation goes on, and nobody waits for it");
  }

  /** Resolves when another invocation has ended, or after a while. */
  #next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, STALL_MS);
    void this.#ended.promise.then(resolve);
    return promise.finally(() => clearTimeout(timer));
  }

  async #invoke(text: string, options?: InvocationOptions): Promise<string> {
    try {
      return await this.#options.invoke(text, options);
    } finally {
      this.#ended.resolve();
      this.#ended = Promise.withResolvers();
    }
  }

  #oldStates(shardId: string): readonly object[] {
    return this.#history
      .map(readMappedEvent)
      .filter((event) => event.shardId === shardId && !isEmpty(event.state))
      .map(({ state }) => state);
  }
}

/** A place within the batch, so that either part holds something. */
const cutOf = ({ Records }: MappedEvent, random: Random): number => 1 + Math.floor(random() * (Records.length - 1));

const failure = (errorType: string, errorMessage: string): FunctionError =>
  new FunctionError("misbehaviour", "", { errorType, errorMessage, trace: [] });
