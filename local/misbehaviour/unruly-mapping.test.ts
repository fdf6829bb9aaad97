import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { durationMs } from "#core/units.ts";
import { openTestKinesis, type TestKinesis } from "#test/engines.ts";
import { Activity } from "../activity.ts";
import { countingFunction, eventLog, mappingSpec, textsOf } from "../fixtures/mapping.ts";
import { wallClock } from "../wall-clock.ts";
import type { FaultKind } from "./fault-kind.ts";
import { FaultQueue } from "./fault-queue.ts";
import { InvocationGates } from "./invocation-gates.ts";
import { openMisbehaviour } from "./misbehaviour.ts";
import { Progress } from "./progress.ts";
import { isOpen, listShards } from "./shards.ts";
import { openUnrulyMapping } from "./unruly-mapping.ts";

/** A window that no test sees the end of. */
const ENDLESS_MS = durationMs(2 ** 52);
const PATIENT = { timeout: 30_000 };

let kinesis: TestKinesis;
beforeAll(async () => {
  kinesis = await openTestKinesis();
});
afterAll(() => kinesis[Symbol.asyncDispose]());

/**
 * A mapping of a stream with two shards, to which `kind` happens at the third record, once records `1` to `6` are put.
 * Ends when `7` to `9` have been delivered too, and one of the first `times` times.
 */
const run = async (kind: FaultKind, times = 1) => {
  const streamName = await kinesis.stream(2);
  const { events, emit } = eventLog();
  const queue = new FaultQueue({ faults: [{ kind, atRecord: 3, seed: 5 }] }, emit);
  const fn = countingFunction();
  const stop = new AbortController();
  const mapped = {
    mapping: mappingSpec({ streamName, batchSize: 1, tumblingWindowMs: ENDLESS_MS }),
    kinesis: kinesis.client,
    invoke: (event: string) => fn.invoke(event),
    bucketsDir: "",
    idleCloseMs: durationMs(1),
    activity: new Activity(),
    clock: wallClock,
    signal: stop.signal,
    emit,
  };
  const mapping = await openUnrulyMapping({
    mapped,
    queue,
    progress: new Progress(),
    gates: new InvocationGates(),
  });
  const put = async (...texts: readonly string[]): Promise<void> => {
    const Records = texts.map((text) => ({ PartitionKey: text, Data: Buffer.from(text) }));
    await kinesis.client.send(new PutRecordsCommand({ StreamName: streamName, Records }));
  };
  await put("1", "2", "3", "4", "5", "6");
  await expect.poll(() => events, PATIENT).toContainEqual({ kind: "fault-injected", fault: kind, atRecord: 3 });
  await put("7", "8", "9");
  const given = (text: string): number => fn.events.filter((event) => textsOf(event).includes(text)).length;
  const isDone = (): boolean =>
    ["7", "8", "9"].every((text) => given(text) > 0) && ["1", "2", "3"].some((text) => given(text) === times);
  await expect.poll(isDone, PATIENT).toBe(true);
  stop.abort();
  await mapping[Symbol.asyncDispose]();
  return { fn, shards: await listShards(kinesis.client, streamName) };
};

test("splits a shard, and reads its children to their ends", async () => {
  const { shards } = await run("split-shard");
  expect([shards.length, shards.filter(isOpen).length]).toEqual([4, 3]);
});

test("merges two shards", async () => {
  const { shards } = await run("merge-shards");
  expect([shards.length, shards.filter(isOpen).length]).toEqual([3, 1]);
});

test("creates the mapping again, which then reads from an earlier place and without a state", async () => {
  const { fn } = await run("recreate-mapping", 2);
  expect(fn.events.filter(({ state }) => state?.count === undefined).length).toBeGreaterThan(2);
});

test("reads the stream from its beginning by a second mapping", async () => {
  const { fn } = await run("second-mapping", 2);
  expect(fn.events.filter(({ state }) => state?.count === undefined).length).toBeGreaterThan(2);
});

test("puts a poison record among the others", async () => {
  const { fn } = await run("poison-record");
  expect(fn.events.flatMap(textsOf).filter((text) => text.length > 1)).toHaveLength(1);
});

test("rejects a plan for any mapping but one", async () => {
  const { emit } = eventLog();
  const open = (names: readonly string[], isMeant?: () => boolean): Promise<unknown> =>
    openMisbehaviour(
      { plan: { faults: [] }, ...(isMeant && { isMeant }) },
      names.map((streamName) => mappingSpec({ streamName })),
      {},
      emit,
    );
  await expect(open(["ticks", "bars"])).rejects.toThrow("one mapping must be meant to misbehave, were 2");
  await expect(open(["ticks"], () => false)).rejects.toThrow("one mapping must be meant to misbehave, were 0");
});
