import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { Activity } from "./activity.ts";
import { openKinesisEngine, type Engine } from "./engines.ts";
import { openEventSourceMapping } from "./event-source-mapping.ts";
import {
  countingFunction,
  eventLog,
  fakeFunction,
  mappingSpec,
  textsOf,
  type FakeFunction,
} from "./fixtures/mapping.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import { wallClock } from "./wall-clock.ts";

const HALF = (2n ** 127n).toString();

describe("an event source mapping", () => {
  let engine: Engine;
  let kinesis: KinesisClient;
  let streams = 0;

  beforeAll(async () => {
    engine = await openKinesisEngine();
    kinesis = new KinesisClient({
      endpoint: engine.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      requestHandler: new NodeHttpHandler(),
    });
  });

  afterAll(async () => {
    kinesis.destroy();
    await engine[Symbol.asyncDispose]();
  });

  const active = async (StreamName: string): Promise<void> => {
    const summary = new DescribeStreamSummaryCommand({ StreamName });
    while ((await kinesis.send(summary)).StreamDescriptionSummary?.StreamStatus !== "ACTIVE");
  };

  const createStream = async (ShardCount = 1): Promise<string> => {
    const StreamName = `stream-${++streams}`;
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }));
    await active(StreamName);
    return StreamName;
  };

  const put = async (StreamName: string, ...texts: readonly string[]): Promise<void> => {
    const Records = texts.map((text) => ({ Data: new TextEncoder().encode(text), PartitionKey: text }));
    await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
  };

  /** Runs `use` with a mapping at work; `settle` waits for what is in the stream now. */
  const run = async (
    fn: FakeFunction,
    given: Partial<MappingSpec>,
    use: (settle: () => Promise<void>) => Promise<void>,
  ): Promise<void> => {
    const stop = new AbortController();
    const activity = new Activity();
    const { emit } = eventLog();
    const mapping = await openEventSourceMapping({
      mapping: mappingSpec(given),
      kinesis,
      invoke: fn.invoke,
      bucketsDir: "/nonexistent",
      idleCloseMs: durationMs(50),
      activity,
      clock: wallClock,
      signal: stop.signal,
      emit,
    });
    const settle = async (): Promise<void> => {
      activity.touch();
      await mapping.settled(activity.count);
    };
    await use(settle).finally(() => stop.abort());
    await mapping[Symbol.asyncDispose]();
  };

  test("delivers what was there before it in batches of the batch size", async () => {
    const streamName = await createStream();
    const texts = Array.from({ length: 25 }, (_, index) => `t${index}`);
    await put(streamName, ...texts);
    const fn = fakeFunction();
    await run(fn, { streamName, batchSize: 10 }, (settle) => settle());
    expect(fn.events.map(({ Records }) => Records.length)).toEqual([10, 10, 5]);
    expect(fn.events.flatMap(textsOf)).toEqual(texts);
  });

  test("keeps an event within 6 MB", async () => {
    const streamName = await createStream();
    const large = "x".repeat(1_000_000);
    for (const _ of Array.from({ length: 3 })) {
      const record = { Data: Buffer.from(large), PartitionKey: "k" };
      await kinesis.send(new PutRecordsCommand({ StreamName: streamName, Records: [record, record, record] }));
    }
    const bytes: number[] = [];
    const invoke = async (event: string): Promise<string> => {
      bytes.push(Buffer.byteLength(event));
      return "{}";
    };
    await run({ events: [], invoke }, { streamName, batchSize: 10_000 }, (settle) => settle());
    expect(Math.max(...bytes)).toBeLessThanOrEqual(6 * 1_048_576);
    expect(bytes.map((size) => Math.round(size / 1_333_333))).toEqual([4, 4, 1]);
  });

  test("never meets a record that is too large for an event, as the embedded stream takes none over 1 MiB", async () => {
    const StreamName = await createStream();
    const record = (bytes: number) => ({ StreamName, Data: new Uint8Array(bytes), PartitionKey: "k".repeat(256) });
    await kinesis.send(new PutRecordCommand(record(1_048_576)));
    await expect(kinesis.send(new PutRecordCommand(record(1_048_577)))).rejects.toThrow("1048576");
    const sizes: number[] = [];
    const invoke = async (event: string): Promise<string> => {
      sizes.push(event.length);
      return JSON.stringify({ state: "x".repeat(999_998) });
    };
    const given = { streamName: StreamName, tumblingWindowMs: durationMs(20) };
    await run({ events: [], invoke }, given, (settle) => settle());
    expect(Math.max(...sizes) + 1_000_000).toBeLessThan(6 * 1_048_576);
  });

  test("starts at the tip from LATEST on, and misses nothing put after it opened", async () => {
    const streamName = await createStream(2);
    await put(streamName, "old", "older", "oldest");
    const fn = fakeFunction();
    await run(fn, { streamName, startingPosition: { type: "LATEST" } }, async (settle) => {
      await put(streamName, "new", "newer", "newest");
      await settle();
    });
    expect(fn.events.flatMap(textsOf).toSorted()).toEqual(["new", "newer", "newest"]);
  });

  test("starts at a timestamp, and waits where nothing is that young", async () => {
    const streamName = await createStream();
    await put(streamName, "old");
    await new Promise((resolve) => setTimeout(resolve, 5));
    const startingPosition = { type: "AT_TIMESTAMP", timestampMs: wallClock.nowMs() } as const;
    const fn = fakeFunction();
    await run(fn, { streamName, startingPosition }, async (settle) => {
      await settle();
      await put(streamName, "new");
      await settle();
    });
    expect(fn.events.flatMap(textsOf)).toEqual(["new"]);
  });

  test("rejects a start at a time that is still to come", async () => {
    const startingPosition = { type: "AT_TIMESTAMP", timestampMs: epochMs(wallClock.nowMs() + 60_000) } as const;
    const opened = run(fakeFunction(), { streamName: "none", startingPosition }, (settle) => settle());
    await expect(opened).rejects.toThrow("Mapping must have a StartingPositionTimestamp that is past, had ");
  });

  test("counts every record in exactly one window, and each window once to its end", async () => {
    const streamName = await createStream(2);
    const fn = countingFunction();
    await run(fn, { streamName, tumblingWindowMs: durationMs(20), batchSize: 7 }, async (settle) => {
      for (let round = 0; round < 6; round++) {
        await put(streamName, ...Array.from({ length: 20 }, (_, index) => `${round}-${index}`));
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

  test("reads parents to their end, windows closed, before their children", async () => {
    const streamName = await createStream();
    const ShardId = "shardId-000000000000";
    const fn = countingFunction();
    await run(fn, { streamName, tumblingWindowMs: durationMs(60_000) }, async () => {
      await put(streamName, "a", "b", "c");
      await kinesis.send(
        new SplitShardCommand({ StreamName: streamName, ShardToSplit: ShardId, NewStartingHashKey: HALF }),
      );
      await active(streamName);
      // By MD5, "d" goes to the upper half and "j" to the lower.
      await put(streamName, "d", "e", "j");
      const merge = { ShardToMerge: "shardId-000000000001", AdjacentShardToMerge: "shardId-000000000002" };
      await kinesis.send(new MergeShardsCommand({ StreamName: streamName, ...merge }));
      await active(streamName);
      await put(streamName, "h");
      while (!fn.events.flatMap(textsOf).includes("h")) await new Promise((resolve) => setTimeout(resolve, 20));
    });
    const steps = fn.events.map((event) => [
      event.shardId?.at(-1),
      event.isFinalInvokeForWindow,
      event.state?.count ?? 0,
    ]);
    const positionOf = (shard: string, isFinal: boolean): number =>
      steps.findIndex(([id, final]) => id === shard && final === isFinal);
    expect(steps[positionOf("0", true)]).toEqual(["0", true, 3]);
    for (const child of ["1", "2"]) {
      expect(positionOf(child, false)).toBeGreaterThan(positionOf("0", true));
      expect(positionOf("3", false)).toBeGreaterThan(positionOf(child, true));
    }
    expect(fn.events.flatMap(textsOf).toSorted()).toEqual(["a", "b", "c", "d", "e", "h", "j"]);
    expect(steps.filter(([id, final]) => id === "3" && final === false)).toEqual([["3", false, 0]]);
  });

  test("has one invocation in flight per shard", async () => {
    const streamName = await createStream(2);
    let [running, most] = [0, 0];
    const invoke = async (): Promise<string> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return "{}";
    };
    await put(streamName, ...Array.from({ length: 60 }, (_, index) => String(index)));
    await run({ events: [], invoke }, { streamName, batchSize: 3 }, (settle) => settle());
    expect(most).toBe(2);
  });
});
