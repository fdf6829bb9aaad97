import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { countingFunction, fakeFunction, textsOf } from "./fixtures/mapping.ts";
import { openStreams, type Streams } from "./fixtures/streams.ts";
import { createShardReader } from "./shard-reader.ts";

let streams: Streams;

beforeAll(async () => {
  streams = await openStreams();
});
afterAll(() => streams[Symbol.asyncDispose]());

describe("an event source mapping over shards", () => {
  test("starts at the tip from LATEST on, and misses nothing put after it opened", async () => {
    const streamName = await streams.create(2);
    await streams.put(streamName, "old", "older", "oldest");
    const fn = fakeFunction();
    await streams.run(fn, { streamName, startingPosition: { type: "LATEST" } }, async (settle) => {
      await streams.put(streamName, "new", "newer", "newest");
      await settle();
    });
    expect(fn.events.flatMap(textsOf).toSorted()).toEqual(["new", "newer", "newest"]);
  });

  test("fixes the place of LATEST before it has opened", async () => {
    const [streamName, shardId] = [await streams.create(), "shardId-000000000000"];
    const { kinesis } = streams;
    const startingPosition = { type: "LATEST" } as const;
    const reader = createShardReader({ kinesis, streamName, shardId, startingPosition, nowMs: epochMs(0) });
    await streams.put(streamName, "old");
    await reader.open();
    await streams.put(streamName, "new");
    const { records } = await reader.read(10, false);
    expect(records.map(({ partitionKey }) => partitionKey)).toEqual(["new"]);
  });

  test("reads shards that come of a reshard whole, also from LATEST on", async () => {
    const streamName = await streams.create();
    const fn = fakeFunction();
    await streams.run(fn, { streamName, startingPosition: { type: "LATEST" } }, async (settle) => {
      await streams.split(streamName);
      await streams.put(streamName, "d", "e", "j");
      await settle();
    });
    expect(fn.events.flatMap(textsOf).toSorted()).toEqual(["d", "e", "j"]);
  });

  test("passes over shards that were closed before LATEST, and waits for none of them", async () => {
    const streamName = await streams.create();
    await streams.put(streamName, "a");
    await streams.split(streamName);
    await streams.put(streamName, "d", "j");
    const fn = fakeFunction();
    await streams.run(fn, { streamName, startingPosition: { type: "LATEST" } }, async (settle) => {
      await streams.put(streamName, "e");
      await settle();
    });
    expect(fn.events.flatMap(textsOf)).toEqual(["e"]);
  });

  test("reads parents to their end, windows closed, before their children", async () => {
    const streamName = await streams.create();
    await streams.put(streamName, "a", "b", "c");
    await streams.split(streamName);
    await streams.put(streamName, "d", "e", "j");
    await streams.merge(streamName);
    await streams.put(streamName, "h");
    const fn = countingFunction();
    await streams.run(fn, { streamName, tumblingWindowMs: durationMs(20) }, (settle) => settle());
    const steps = fn.events.map((event) => [
      event.shardId?.at(-1),
      event.isFinalInvokeForWindow,
      event.state?.count ?? 0,
    ]);
    const first = (shard: string): number => steps.findIndex(([id]) => id === shard);
    const last = (shard: string): number => steps.findLastIndex(([id]) => id === shard);
    // What is put at once may still arrive in two windows.
    const ended = steps.filter(([id, isFinal]) => id === "0" && isFinal);
    expect(ended.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(3);
    expect(steps[last("0")]).toEqual(ended.at(-1));
    for (const child of ["1", "2"]) {
      expect(first(child)).toBeGreaterThan(last("0"));
      expect(first("3")).toBeGreaterThan(last(child));
    }
    expect(fn.events.flatMap(textsOf).toSorted()).toEqual(["a", "b", "c", "d", "e", "h", "j"]);
    expect(steps.filter(([id, final]) => id === "3" && final === false)).toEqual([["3", false, 0]]);
  });
});
