import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { openDelivery } from "./fixtures/delivery.ts";
import { fakeFunction, polledRecord, textsOf, type FakeFunction } from "./fixtures/mapping.ts";
import { ThrottledError } from "./function-error.ts";
import type { MappingSpec } from "./mapping-spec.ts";

const window = { startMs: epochMs(1_607_497_440_000), endMs: epochMs(1_607_497_560_000) };
let bucketsDir: string;

beforeAll(async () => {
  bucketsDir = await mkdtemp(join(tmpdir(), "delivery-"));
});
afterAll(() => rm(bucketsDir, { recursive: true }));

const open = (fn: FakeFunction, given: Partial<MappingSpec> = {}) => openDelivery(fn, given, bucketsDir);

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
