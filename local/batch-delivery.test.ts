import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { Activity } from "./activity.ts";
import { BatchDelivery } from "./batch-delivery.ts";
import {
  countingFunction,
  eventLog,
  fakeClock,
  fakeFunction,
  mappingSpec,
  polledRecord,
  textsOf,
  type FakeFunction,
} from "./fixtures/mapping.ts";
import { ThrottledError } from "./function-error.ts";
import type { PolledRecord } from "./kinesis-event.ts";
import type { MappingSpec } from "./mapping-spec.ts";

const window = { startMs: epochMs(1_607_497_440_000), endMs: epochMs(1_607_497_560_000) };
/** A record of a text that is too long for a name. */
const sized = (text: string, index: number): PolledRecord => ({ ...polledRecord(String(index)), data: btoa(text) });
let bucketsDir: string;

beforeAll(async () => {
  bucketsDir = await mkdtemp(join(tmpdir(), "delivery-"));
});
afterAll(() => rm(bucketsDir, { recursive: true }));

const open = (fn: FakeFunction, given: Partial<MappingSpec> = {}) => {
  const { events, emit } = eventLog();
  const stop = new AbortController();
  const clock = fakeClock(10_000);
  const mapping = mappingSpec(given);
  const { invoke } = fn;
  const { signal } = stop;
  const activity = new Activity();
  const delivery = new BatchDelivery({
    mapping,
    shardId: "shard-7",
    invoke,
    bucketsDir,
    activity,
    clock,
    signal,
    emit,
  });
  return { delivery, events, clock, stop };
};

describe("a delivery under a window", () => {
  test("hands the state from batch to batch, and to a final invocation without records", async () => {
    const fn = countingFunction();
    const { delivery } = open(fn);
    await delivery.deliver([polledRecord("a"), polledRecord("b")], window);
    await delivery.deliver([polledRecord("c")], window);
    await delivery.closeWindow(false);
    expect(fn.events.map(({ state }) => state)).toEqual([{}, { count: 2 }, { count: 3 }]);
    expect(fn.events[2]).toEqual({
      Records: [],
      window: { start: "2020-12-09T07:04:00Z", end: "2020-12-09T07:06:00Z" },
      state: { count: 3 },
      shardId: "shard-7",
      eventSourceARN: "arn:aws:kinesis:us-east-1:123456789012:stream/ticks",
      isFinalInvokeForWindow: true,
      isWindowTerminatedEarly: false,
    });
    expect(delivery.open).toBeUndefined();
  });

  test("starts the next window with empty state", async () => {
    const fn = countingFunction();
    const { delivery } = open(fn);
    await delivery.deliver([polledRecord("a")], window);
    await delivery.closeWindow(false);
    await delivery.deliver([polledRecord("b")], window);
    expect(fn.events.at(-1)?.state).toEqual({});
  });

  test("repeats a failed batch with the state from before it", async () => {
    let calls = 0;
    const fn = fakeFunction(({ state }) => {
      if (++calls === 2) throw new RangeError("no");
      return { state: { count: (state?.count ?? 0) + 1 } };
    });
    const { delivery, events, clock } = open(fn);
    await delivery.deliver([polledRecord("a")], window);
    await delivery.deliver([polledRecord("b")], window);
    expect(fn.events.map(({ state }) => state)).toEqual([{}, { count: 1 }, { count: 1 }]);
    expect(events).toEqual([
      expect.objectContaining({ kind: "batch-failed", reason: "RangeError: no", recordCount: 1 }),
    ]);
    expect(clock.sleeps).toEqual([100]);
  });

  test("takes a response without state for a failure", async () => {
    let calls = 0;
    const fn = fakeFunction(() => (++calls === 1 ? {} : { state: {} }));
    const { delivery, events } = open(fn);
    await delivery.deliver([polledRecord("a")], window);
    expect(fn.events).toHaveLength(2);
    expect(events[0]).toMatchObject({ reason: "a response under a tumbling window must hold state, held none" });
  });

  test("repeats the final invocation until it succeeds, whatever the retry attempts", async () => {
    let failures = 5;
    const fn = fakeFunction(({ isFinalInvokeForWindow }) => {
      if (isFinalInvokeForWindow === true && failures-- > 0) throw new RangeError("no");
      return { state: {} };
    });
    const { delivery } = open(fn, { maximumRetryAttempts: 1 });
    await delivery.deliver([polledRecord("a")], window);
    await delivery.closeWindow(false);
    expect(fn.events).toHaveLength(7);
  });

  test("takes a final response without state for a failure", async () => {
    let calls = 0;
    const fn = fakeFunction(() => (++calls === 2 ? {} : { state: {} }));
    const { delivery, events } = open(fn);
    await delivery.deliver([polledRecord("a")], window);
    await delivery.closeWindow(false);
    expect(fn.events.map(({ isFinalInvokeForWindow }) => isFinalInvokeForWindow)).toEqual([false, true, true]);
    expect(events).toMatchObject([{ kind: "batch-failed", isFinalInvokeForWindow: true }]);
  });

  test("takes a final response that reports a record for a failure", async () => {
    let calls = 0;
    const failure = { itemIdentifier: "1a" };
    const fn = fakeFunction(() => ({ state: {}, batchItemFailures: ++calls === 2 ? [failure] : [] }));
    const { delivery } = open(fn, { reportBatchItemFailures: true });
    await delivery.deliver([polledRecord("a")], window);
    await delivery.closeWindow(false);
    expect(fn.events).toHaveLength(3);
  });

  test("ends a window early whose state passes 1 MB, even in the middle of a bisected batch", async () => {
    const large = { text: "x".repeat(1_000_000) };
    const fn = fakeFunction((event) => {
      if (event.Records.length > 1) throw new RangeError("one at a time");
      return { state: event.isFinalInvokeForWindow === true ? {} : large };
    });
    const { delivery } = open(fn, { bisectBatchOnFunctionError: true });
    await delivery.deliver([polledRecord("a"), polledRecord("b")], window);
    const seen = fn.events.map((event) => [
      textsOf(event).join(""),
      event.isFinalInvokeForWindow,
      event.isWindowTerminatedEarly,
    ]);
    expect(seen).toEqual([
      ["ab", false, false],
      ["a", false, false],
      ["", true, true],
      ["b", false, false],
    ]);
    expect(fn.events[2]?.state).toEqual(large);
    expect(fn.events[3]?.state).toEqual({});
    expect(fn.events[3]?.window).toEqual(fn.events[0]?.window);
    expect(delivery.open?.isStateTooLarge).toBe(true);
  });

  test("keeps a window whose state is exactly 1 MB", async () => {
    const fn = fakeFunction(() => ({ state: "x".repeat(999_998) }));
    const { delivery } = open(fn);
    await delivery.deliver([polledRecord("a")], window);
    expect(delivery.open?.isStateTooLarge).toBe(false);
  });

  test("retries what is left of a partly failed batch with the state from before the batch", async () => {
    let calls = 0;
    const fn = fakeFunction(() => {
      const batchItemFailures = ++calls === 2 ? [{ itemIdentifier: "1b" }] : [];
      return { state: { count: calls }, batchItemFailures };
    });
    const { delivery } = open(fn, { reportBatchItemFailures: true });
    await delivery.deliver([polledRecord("0")], window);
    await delivery.deliver(
      ["a", "b", "c"].map((text) => polledRecord(text)),
      window,
    );
    expect(fn.events.slice(1).map((event) => [...textsOf(event), event.state?.count])).toEqual([
      ["a", "b", "c", 1],
      ["b", "c", 1],
    ]);
  });

  test("hands state on between the halves of a bisected batch, beginning with that from before it", async () => {
    const fn = fakeFunction(({ state, Records }) => {
      if (Records.length > 1) throw new RangeError("one at a time");
      return { state: { count: (state?.count ?? 0) + 1 } };
    });
    const { delivery } = open(fn, { bisectBatchOnFunctionError: true });
    await delivery.deliver([polledRecord("0")], window);
    await delivery.deliver([polledRecord("a"), polledRecord("b")], window);
    expect(fn.events.map((event) => [textsOf(event).join(""), event.state?.count ?? 0])).toEqual([
      ["0", 0],
      ["ab", 1],
      ["a", 1],
      ["b", 2],
    ]);
  });

  test("goes on with the window behind a batch that it gave up", async () => {
    const fn = fakeFunction((event) => {
      if (textsOf(event).includes("bad")) throw new RangeError("no");
      return { state: { count: (event.state?.count ?? 0) + event.Records.length } };
    });
    const { delivery, events } = open(fn, { maximumRetryAttempts: 1 });
    await delivery.deliver([polledRecord("a")], window);
    await delivery.deliver([polledRecord("bad")], window);
    await delivery.deliver([polledRecord("b")], window);
    expect(fn.events.map(({ state }) => state?.count ?? 0)).toEqual([0, 1, 1, 1]);
    expect(events.filter(({ kind }) => kind === "batch-discarded")).toHaveLength(1);
  });

  test("splits a batch that no longer fits an event, as the state has grown meanwhile", async () => {
    // What fits with the state from before the batch need not fit with the one that its first half returned.
    const texts = ["a", "b", ...Array.from({ length: 4 }, () => "x".repeat(1_048_576))];
    const bytes: number[] = [];
    const fn = fakeFunction(({ Records }) => {
      if (Records.length === 6) throw new RangeError("too many");
      return { state: "y".repeat(900_000) };
    });
    const invoke = (event: string): Promise<string> => {
      bytes.push(event.length);
      return fn.invoke(event);
    };
    const { delivery } = open({ ...fn, invoke }, { bisectBatchOnFunctionError: true, maximumRetryAttempts: 0 });
    await delivery.deliver(texts.map(sized), window);
    expect(fn.events.map(({ Records }) => Records.length)).toEqual([6, 3, 3]);
    await delivery.deliver(texts.map(sized), window);
    expect(fn.events.slice(3).map(({ Records }) => Records.length)).toEqual([3, 3]);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(6 * 1_048_576);
  });
});

describe("a delivery", () => {
  test("shapes the event as Lambda does", async () => {
    const fn = fakeFunction();
    const { delivery } = open(fn);
    await delivery.deliver([polledRecord("a", 1_607_497_475_123)], undefined);
    expect(fn.events).toEqual([
      {
        Records: [
          {
            kinesis: {
              kinesisSchemaVersion: "1.0",
              partitionKey: "a",
              sequenceNumber: "1a",
              data: "YQ==",
              approximateArrivalTimestamp: 1_607_497_475.123,
            },
            eventSource: "aws:kinesis",
            eventVersion: "1.0",
            eventID: "shard-7:1a",
            eventName: "aws:kinesis:record",
            invokeIdentityArn: "arn:aws:iam::123456789012:role/test",
            awsRegion: "us-east-1",
            eventSourceARN: "arn:aws:kinesis:us-east-1:123456789012:stream/ticks",
          },
        ],
      },
    ]);
  });

  test("writes a discarded batch to the failure bucket, under AWS's key and with the whole event", async () => {
    const fn = fakeFunction(() => {
      throw new RangeError("never");
    });
    const { delivery, events } = open(fn, { maximumRetryAttempts: 2, onFailureBucket: "failures" });
    await delivery.deliver([polledRecord("a", 5_000), polledRecord("b", 6_000)], undefined);
    expect(fn.events).toHaveLength(3);
    const { path = "" } = events.find((event) => event.kind === "batch-discarded") ?? {};
    const key = /failures\/aws\/lambda\/[\da-f-]{36}\/shard-7\/1970\/01\/01\/1970-01-01T00\.00\.10-[\da-f-]{36}$/;
    expect(path).toMatch(key);
    const record = JSON.parse(await readFile(path, "utf8")) as { readonly payload: string };
    expect(record).toMatchObject({
      requestContext: { condition: "RetryAttemptsExhausted", approximateInvokeCount: 3, functionArn: /test-recorder$/ },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      version: "1.0",
      KinesisBatchInfo: {
        shardId: "shard-7",
        startSequenceNumber: "1a",
        endSequenceNumber: "1b",
        approximateArrivalOfFirstRecord: "1970-01-01T00:00:05.000Z",
        approximateArrivalOfLastRecord: "1970-01-01T00:00:06.000Z",
        batchSize: 2,
      },
    });
    expect(JSON.parse(record.payload)).toMatchObject({
      Records: [{ eventID: "shard-7:1a" }, { eventID: "shard-7:1b" }],
    });
  });

  test("writes the event as it was to the failure bucket, its window and state included", async () => {
    let calls = 0;
    const fn = fakeFunction(() => {
      if (++calls > 1) throw new RangeError("never");
      return { state: { count: 1 } };
    });
    const { delivery, events } = open(fn, { maximumRetryAttempts: 0, onFailureBucket: "failures" });
    await delivery.deliver([polledRecord("a")], window);
    await delivery.deliver([polledRecord("b")], window);
    const { path = "" } = events.find((event) => event.kind === "batch-discarded") ?? {};
    const { payload } = JSON.parse(await readFile(path, "utf8")) as { readonly payload: string };
    expect(JSON.parse(payload)).toEqual(fn.events[1]);
  });

  test("gives up records that are too old, before the function sees them", async () => {
    const fn = fakeFunction();
    const { delivery, events } = open(fn, { maximumRecordAgeMs: durationMs(5_000) });
    await delivery.deliver([polledRecord("a", 4_999), polledRecord("b", 5_000), polledRecord("c", 4_998)], undefined);
    expect(fn.events.map(textsOf)).toEqual([["b"]]);
    expect(events).toEqual([
      expect.objectContaining({ condition: "RecordAgeExceeded", recordCount: 2, path: undefined }),
    ]);
  });

  test("gives up a failing batch once it is too old, whatever the retry attempts", async () => {
    const fn = fakeFunction(() => {
      throw new RangeError("never");
    });
    const { delivery, events, clock } = open(fn, { maximumRecordAgeMs: durationMs(60_000) });
    await delivery.deliver([polledRecord("a", 10_000)], undefined);
    expect(clock.nowMs()).toBeGreaterThan(70_000);
    expect(clock.nowMs()).toBeLessThanOrEqual(75_000);
    expect(events.at(-1)).toMatchObject({ kind: "batch-discarded", condition: "RecordAgeExceeded" });
  });

  test("spends no retry on a throttled invocation", async () => {
    let calls = 0;
    const fn = fakeFunction(() => {
      if (++calls < 4) throw new ThrottledError();
    });
    const { delivery, events } = open(fn, { maximumRetryAttempts: 0 });
    await delivery.deliver([polledRecord("a")], undefined);
    expect(fn.events).toHaveLength(4);
    expect(events).toEqual([]);
  });

  test("tries a throttled batch again until it is too old", async () => {
    const fn = fakeFunction(() => {
      throw new ThrottledError();
    });
    const given = { maximumRetryAttempts: 0, maximumRecordAgeMs: durationMs(60_000) };
    const { delivery, events } = open(fn, given);
    await delivery.deliver([polledRecord("a", 10_000)], undefined);
    expect(fn.events.length).toBeGreaterThan(10);
    expect(events).toMatchObject([{ kind: "batch-discarded", condition: "RecordAgeExceeded" }]);
  });

  test("stops between two tries when it is told to", async () => {
    const fn = fakeFunction(() => {
      if (fn.events.length === 3) stop.abort();
      throw new RangeError("never");
    });
    const { delivery, stop } = open(fn);
    await delivery.deliver([polledRecord("a")], undefined);
    expect(fn.events).toHaveLength(3);
  });
});
