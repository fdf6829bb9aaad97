import { describe, expect, test } from "vitest";
import { Activity } from "../activity.ts";
import type { InvocationOptions } from "../function-host.ts";
import { eventLog } from "../fixtures/mapping.ts";
import { UnrulyDelivery } from "./delivery.ts";
import type { FaultKind } from "./fault-kind.ts";
import { FaultQueue } from "./fault-queue.ts";
import { InvocationGates } from "./invocation-gates.ts";
import { Progress } from "./progress.ts";

interface Given {
  readonly Records: readonly { readonly kinesis: { readonly sequenceNumber: string } }[];
  readonly state: { readonly life?: string };
  readonly isWindowTerminatedEarly: boolean;
}

/** The event of records `from` up to and with `to`, with the state that they follow. */
const eventOf = (from: number, to: number): string =>
  JSON.stringify({
    Records: Array.from({ length: to - from + 1 }, (_, i) => ({
      eventID: `shardId-0:${from + i}`,
      kinesis: { sequenceNumber: String(from + i), approximateArrivalTimestamp: from + i },
    })),
    window: { start: "2013-10-07T13:30:00Z", end: "2013-10-07T13:31:00Z" },
    state: from === 1 ? {} : { life: `up to ${from - 1}` },
    shardId: "shardId-0",
    isFinalInvokeForWindow: false,
    isWindowTerminatedEarly: false,
  });

/** What a function was given, in short: `1-4 after {}`. */
const inShort = ({ Records, state, isWindowTerminatedEarly }: Given): string => {
  const numbers = Records.map(({ kinesis }) => kinesis.sequenceNumber);
  const records = numbers.length === 0 ? "none" : `${numbers[0]}-${numbers.at(-1)}`;
  return `${records} after ${state.life ?? "nothing"}${isWindowTerminatedEarly ? ", early end" : ""}`;
};

/** A delivery with one fault at the fifth record, and a function that makes `requests` requests. */
const open = (kind: FaultKind, requests = 0) => {
  const { events, emit } = eventLog();
  const queue = new FaultQueue({ faults: [{ kind, atRecord: 5, seed: 1 }] }, emit);
  const gates = new InvocationGates();
  const given: string[] = [];
  const ended: string[] = [];
  const skews: number[] = [];
  const invoke = async (text: string, options?: InvocationOptions): Promise<string> => {
    const event = JSON.parse(text) as Given;
    given.push(inShort(event));
    options?.onStart?.((aheadMs) => skews.push(aheadMs));
    const trace = options?.requestId?.replace(/^(.{8})-/, "Root=1-$1-").replace(/(?<=Root=1-.{9}.*)-/g, "");
    for (let i = 0; i < requests; i++) {
      const gate = gates.find(trace);
      if ((await gate?.pass()) === "forward-then-die") gate?.forwarded();
      options?.kill?.throwIfAborted();
    }
    ended.push(inShort(event));
    const last = event.Records.at(-1)?.kinesis.sequenceNumber;
    return JSON.stringify({ state: last === undefined ? {} : { life: `up to ${last}` } });
  };
  const progress = new Progress();
  const delivery = new UnrulyDelivery({ queue, progress, gates, invoke, activity: new Activity() });
  return { deliver: (text: string) => delivery.deliver("first", text), delivery, given, ended, skews, queue, events };
};

const run = async (kind: FaultKind) => {
  const { deliver, given, queue, events } = open(kind);
  await deliver(eventOf(1, 2));
  await deliver(eventOf(3, 4));
  const before = given.splice(0);
  const response = await deliver(eventOf(5, 8)).catch((error: unknown) => error);
  expect(before).toEqual(["1-2 after nothing", "3-4 after up to 2"]);
  expect(queue.pending).toEqual([]);
  expect(events).toEqual([{ kind: "fault-injected", fault: kind, atRecord: 5 }]);
  return { given, response };
};

const UP_TO_8 = JSON.stringify({ state: { life: "up to 8" } });

describe("an unruly delivery", () => {
  test("delivers a batch again that succeeded", async () => {
    const { given, response } = await run("redeliver");
    expect(given).toEqual(["5-8 after up to 4", "5-8 after up to 4"]);
    expect(response).toBe(UP_TO_8);
  });

  test("delivers a part of a batch before the whole, both with the same state", async () => {
    const { given, response } = await run("take-part");
    expect(given).toEqual([expect.stringMatching(/^5-[567] after up to 4$/), "5-8 after up to 4"]);
    expect(response).toBe(UP_TO_8);
  });

  test("delivers a batch again in two parts, the second with the state of the first", async () => {
    const { given, response } = await run("cut-elsewhere");
    expect(given).toHaveLength(3);
    const [, last] = /^5-(\d) after up to 4$/.exec(given[1]!) ?? [];
    expect(given[2]).toBe(`${Number(last) + 1}-8 after up to ${last}`);
    expect(response).toBe(UP_TO_8);
  });

  test("delivers old batches again with their old states, and answers with the new one", async () => {
    const { given, response } = await run("redeliver-old");
    expect(given[0]).toBe("5-8 after up to 4");
    expect(["1-2 after nothing", "3-4 after up to 2"]).toEqual(expect.arrayContaining(given.slice(1)));
    expect(given.length).toBeGreaterThan(1);
    expect(response).toBe(UP_TO_8);
  });

  test.each([
    ["lose-state", /^5-8 after nothing$/],
    ["garble-state", /^5-8 after (?!up to 4$)/],
    ["stale-state", /^5-8 after up to 2$/],
  ] as const)("hands over another state: %s", async (kind, expected) => {
    const { given } = await run(kind);
    expect(given).toEqual([expect.stringMatching(expected)]);
  });

  test("ends a window early in an invocation of its own, and keeps no state", async () => {
    const { given, response } = await run("end-early");
    expect(given).toEqual(["5-8 after up to 4", "none after up to 8, early end"]);
    expect(JSON.parse(response as string)).toEqual({ state: {}, batchItemFailures: [] });
  });

  test("loses the response of an invocation that succeeded", async () => {
    const { given, response } = await run("drop-response");
    expect(given).toEqual(["5-8 after up to 4"]);
    expect(response).toMatchObject({ name: "Runtime.ExitError" });
  });

  test("throttles an invocation, which does not begin", async () => {
    const { given, response } = await run("throttle-invocation");
    expect(given).toEqual([]);
    expect(response).toMatchObject({ name: "TooManyRequestsException" });
  });

  test("delivers once to a function whose clock is wrong", async () => {
    const { deliver, given, skews, queue } = open("skew-clock");
    await deliver(eventOf(1, 4));
    await deliver(eventOf(5, 8));
    expect([given, skews.length, queue.pending]).toEqual([["1-4 after nothing", "5-8 after up to 4"], 1, []]);
  });

  test("kills a function at one of its requests", async () => {
    const { deliver, ended } = open("kill", 20);
    await expect(deliver(eventOf(5, 9))).rejects.toThrow("aborted");
    expect(ended).toEqual([]);
  });

  test("believes an invocation dead that goes on beside its successor", async () => {
    const { deliver, delivery, ended } = open("time-out", 20);
    await expect(deliver(eventOf(5, 9))).rejects.toMatchObject({ name: "Sandbox.Timedout" });
    expect(ended).toEqual([]);
    expect(await deliver(eventOf(5, 6))).toBe(JSON.stringify({ state: { life: "up to 6" } }));
    expect(ended).toEqual(["5-6 after up to 4"]);
    // Each invocation that ends lets the zombie take a step.
    while (!ended.includes("5-9 after up to 4")) await deliver(eventOf(5, 6));
    await delivery.idle();
  });
});
