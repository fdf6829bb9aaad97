import { setTimeout as delay } from "node:timers/promises";
import { createRandom } from "#core/random.ts";
import { clockSkewMs } from "./clock-skew.ts";
import type { FaultKind } from "./fault-kind.ts";
import type { PlannedFault } from "./fault-plan.ts";
import type { FaultQueue } from "./fault-queue.ts";
import { serviceError, type Intercept, type ServiceAnswer } from "./faulty-endpoint.ts";
import type { InvocationGates } from "./invocation-gates.ts";
import type { Progress } from "./progress.ts";
import { misanswerPutRecords } from "./refusing-put-records.ts";

export interface UnrulyServiceOptions {
  readonly queue: FaultQueue;
  readonly progress: Progress;
  readonly gates: InvocationGates;
  /** The stream whose entries are numbered. */
  readonly streamName: string;
}

type Body = Record<string, unknown>;
type Forward = (body: Body) => Promise<ServiceAnswer>;

const THROTTLED = "ProvisionedThroughputExceededException";
const READS: ReadonlySet<string> = new Set(["GetRecords", "GetShardIterator"]);
const BATCHES: ReadonlySet<string> = new Set(["BatchGetItem", "BatchWriteItem"]);
/** A fault that concerns requests in a row concerns at most so many. */
const REQUESTS_IN_A_ROW = 5;
const SLOW_MS = 100;

/** The embedded Kinesis, as functions and producers meet it. */
export const unrulyKinesis = (options: UnrulyServiceOptions): Intercept => {
  const { queue, progress } = options;
  const bursts = new Bursts(queue);
  return behindGates(options.gates, async (operation, body, forward, traceId) => {
    const gate = options.gates.find(traceId);
    const isPut = operation === "PutRecords";
    const isOwn = isPut && body["StreamName"] === options.streamName;
    if (isOwn) progress.notePut((body["Records"] as readonly unknown[]).length);
    const record = isOwn ? Math.max(progress.put, progress.delivered) : progress.delivered;
    const fault = bursts.take(record, (kind) => {
      if (kind === "throttle-stream") return isPut || READS.has(operation);
      if (kind === "refuse-updates") return isPut && !isOwn;
      if (kind === "kill-producer") return isOwn && gate?.isMortal === true;
      if (kind === "skew-producer-clock") return isOwn && gate?.skewClock !== undefined;
      return isOwn && (kind === "refuse-entries" || kind === "refuse-taken-entries");
    });
    if (fault === undefined) return forward(body);
    if (fault.kind === "throttle-stream") return serviceError(THROTTLED);
    const random = createRandom(fault.seed);
    if (fault.kind === "skew-producer-clock") {
      gate?.skewClock?.(clockSkewMs(random));
      return forward(body);
    }
    if (fault.kind === "kill-producer") {
      const answer = random() < 0.7 ? await forward(body) : serviceError("InternalFailure", 500);
      gate?.forwarded();
      return answer;
    }
    const isTaken = fault.kind === "refuse-taken-entries" || (fault.kind === "refuse-updates" && random() < 0.5);
    return misanswerPutRecords(body, forward, random, isTaken);
  });
};

/** The embedded DynamoDB, as functions meet it. */
export const unrulyDynamo = (options: UnrulyServiceOptions): Intercept => {
  const { queue, progress } = options;
  const bursts = new Bursts(queue);
  return behindGates(options.gates, async (operation, body, forward) => {
    const fault = bursts.take(progress.delivered, (kind) =>
      kind === "refuse-items" ? BATCHES.has(operation) : STORE_KINDS.has(kind),
    );
    switch (fault?.kind) {
      case "throttle-store":
        return serviceError(THROTTLED);
      case "refuse-items":
        return leaveUnprocessed(operation, body, forward);
      case "lose-store-answer":
        await forward(body);
        return serviceError("InternalServerError", 500);
      case "slow-store":
        await delay(SLOW_MS);
        return forward(body);
      default:
        return forward(body);
    }
  });
};

const STORE_KINDS: ReadonlySet<FaultKind> = new Set(["throttle-store", "lose-store-answer", "slow-store"]);
const ROW_KINDS: ReadonlySet<FaultKind> = new Set(["throttle-stream", "throttle-store", "slow-store"]);

/** Faults of one service, some of which last for some requests in a row. */
class Bursts {
  readonly #queue: FaultQueue;
  #row: { readonly fault: PlannedFault; left: number } | undefined;

  constructor(queue: FaultQueue) {
    this.#queue = queue;
  }

  take(record: number, canInject: (kind: FaultKind) => boolean): PlannedFault | undefined {
    if (this.#row !== undefined && this.#row.left > 0 && canInject(this.#row.fault.kind)) {
      this.#row.left--;
      return this.#row.fault;
    }
    const fault = this.#queue.take(record, canInject);
    if (fault === undefined) return undefined;
    this.#queue.injected(fault);
    if (ROW_KINDS.has(fault.kind))
      this.#row = { fault, left: Math.floor(createRandom(fault.seed)() * REQUESTS_IN_A_ROW) };
    return fault;
  }
}

const behindGates =
  (gates: InvocationGates, intercept: Intercept): Intercept =>
  async (operation, body, forward, traceId) => {
    const gate = gates.find(traceId);
    const passage = (await gate?.pass()) ?? "forward";
    if (passage === "refuse") return serviceError("InternalFailure", 500);
    const answer = await intercept(operation, body, forward, traceId);
    if (passage === "forward-then-die") gate?.forwarded();
    return answer;
  };

/** Does what the first half of a batch asks for and gives the others back; a batch of one is given back whole. */
const leaveUnprocessed = async (operation: string, body: Body, forward: Forward): Promise<ServiceAnswer> => {
  const isRead = operation === "BatchGetItem";
  const member = isRead ? "UnprocessedKeys" : "UnprocessedItems";
  const halves = Object.entries(body["RequestItems"] as Body).map(([table, batch]) => {
    const all = (isRead ? (batch as { Keys: unknown[] }).Keys : batch) as readonly unknown[];
    const half = Math.floor(all.length / 2);
    const of = (part: readonly unknown[]): Body =>
      part.length === 0 ? {} : { [table]: isRead ? { ...(batch as object), Keys: part } : part };
    return { done: of(all.slice(0, half)), left: of(all.slice(half)) };
  });
  const done = Object.assign({}, ...halves.map((half) => half.done)) as Body;
  const left = Object.assign({}, ...halves.map((half) => half.left)) as Body;
  if (Object.keys(done).length === 0)
    return { status: 200, body: { ...(isRead ? { Responses: {} } : {}), [member]: left } };
  const answer = await forward({ ...body, RequestItems: done });
  return { ...answer, body: { ...answer.body, [member]: left } };
};
