import { PutRecordCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { countingFunction, fakeFunction, textsOf } from "./fixtures/mapping.ts";
import { openStreams, type Streams } from "./fixtures/streams.ts";
import { wallClock } from "./wall-clock.ts";

let streams: Streams;

beforeAll(async () => {
  streams = await openStreams();
});
afterAll(() => streams[Symbol.asyncDispose]());

describe("an event source mapping", () => {
  test("delivers what was there before it in batches of the batch size", async () => {
    const streamName = await streams.create();
    const texts = Array.from({ length: 25 }, (_, index) => `t${index}`);
    await streams.put(streamName, ...texts);
    const fn = fakeFunction();
    await streams.run(fn, { streamName, batchSize: 10 }, (settle) => settle());
    expect(fn.events.map(({ Records }) => Records.length)).toEqual([10, 10, 5]);
    expect(fn.events.flatMap(textsOf)).toEqual(texts);
  });

  test("says what is left for as long as its function does not end", async () => {
    const streamName = await streams.create();
    await streams.put(streamName, "a", "b");
    const ending = Promise.withResolvers<string>();
    await streams.run({ invoke: () => ending.promise }, { streamName }, async (settle, left) => {
      const settled = settle();
      await expect.poll(left).toEqual([`${streamName} shardId-000000000000: 2 records buffered`]);
      ending.resolve("{}");
      await settled;
      await expect.poll(left).toEqual([]);
    });
  });

  test("keeps an event within 6 MB", async () => {
    const streamName = await streams.create();
    const large = "x".repeat(1_000_000);
    for (const _ of Array.from({ length: 3 })) {
      const record = { Data: Buffer.from(large), PartitionKey: "k" };
      await streams.kinesis.send(new PutRecordsCommand({ StreamName: streamName, Records: [record, record, record] }));
    }
    const bytes: number[] = [];
    const invoke = async (event: string): Promise<string> => {
      bytes.push(Buffer.byteLength(event));
      return "{}";
    };
    await streams.run({ invoke }, { streamName, batchSize: 10_000 }, (settle) => settle());
    expect(Math.max(...bytes)).toBeLessThanOrEqual(6 * 1_048_576);
    expect(bytes.map((size) => Math.round(size / 1_333_333))).toEqual([4, 4, 1]);
  });

  test("never meets a record that is too large for an event, as the embedded stream takes none over 1 MiB", async () => {
    const StreamName = await streams.create();
    const record = (bytes: number) => ({ StreamName, Data: new Uint8Array(bytes), PartitionKey: "k".repeat(256) });
    await streams.kinesis.send(new PutRecordCommand(record(1_048_576)));
    await expect(streams.kinesis.send(new PutRecordCommand(record(1_048_577)))).rejects.toThrow("1048576");
    const sizes: number[] = [];
    const invoke = async (event: string): Promise<string> => {
      sizes.push(event.length);
      return JSON.stringify({ state: "x".repeat(999_998) });
    };
    const given = { streamName: StreamName, tumblingWindowMs: durationMs(20) };
    await streams.run({ invoke }, given, (settle) => settle());
    expect(Math.max(...sizes) + 1_000_000).toBeLessThan(6 * 1_048_576);
  });

  test("starts at a timestamp, and waits where nothing is that young", async () => {
    const streamName = await streams.create();
    await streams.put(streamName, "old");
    await new Promise((resolve) => setTimeout(resolve, 5));
    const startingPosition = { type: "AT_TIMESTAMP", timestampMs: wallClock.nowMs() } as const;
    const fn = fakeFunction();
    await streams.run(fn, { streamName, startingPosition }, async (settle) => {
      await settle();
      await streams.put(streamName, "new");
      await settle();
    });
    expect(fn.events.flatMap(textsOf)).toEqual(["new"]);
  });

  test("rejects a start at a time that is still to come", async () => {
    const startingPosition = { type: "AT_TIMESTAMP", timestampMs: epochMs(wallClock.nowMs() + 60_000) } as const;
    const opened = streams.run(fakeFunction(), { streamName: "none", startingPosition }, (settle) => settle());
    await expect(opened).rejects.toThrow("Mapping must have a StartingPositionTimestamp that is past, had ");
  });

  test("counts every record in exactly one window, and each window once to its end", async () => {
    const streamName = await streams.create(2);
    const fn = countingFunction();
    await streams.run(fn, { streamName, tumblingWindowMs: durationMs(20), batchSize: 7 }, async (settle) => {
      for (let round = 0; round < 6; round++) {
        await streams.put(streamName, ...Array.from({ length: 20 }, (_, index) => `${round}-${index}`));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await settle();
    });
    const finals = fn.events.filter(({ isFinalInvokeForWindow }) => isFinalInvokeForWindow === true);
    const windows = finals.map(({ shardId, window }) => `${shardId} ${window?.start}`);
    expect(new Set(windows).size).toBe(windows.length);
    expect(finals.reduce((sum, { state }) => sum + (state?.count ?? 0), 0)).toBe(120);
    expect(fn.events.flatMap(textsOf)).toHaveLength(120);
  });

  test("has one invocation in flight per shard", async () => {
    const streamName = await streams.create(2);
    let [running, most] = [0, 0];
    const both = Promise.withResolvers<void>();
    const invoke = async (): Promise<string> => {
      most = Math.max(most, ++running);
      if (most === 2) both.resolve();
      // The first of one shard waits for that of the other.
      await both.promise;
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return "{}";
    };
    await streams.put(streamName, ...Array.from({ length: 60 }, (_, index) => String(index)));
    await streams.run({ invoke }, { streamName, batchSize: 3 }, (settle) => settle());
    expect(most).toBe(2);
  });
});
