import { describe, expect, test } from "vitest";
import { frameStreamContract } from "#core/ports/frame-stream.contract.ts";
import { shardReaderContract } from "#core/ports/shard-reader.contract.ts";
import { epochMs } from "#core/units.ts";
import { createManualClock } from "./clock.ts";
import { createMemoryStream } from "./stream.ts";

const clock = createManualClock(epochMs(1_000));

shardReaderContract("memory", { canReshard: true }, async () => {
  const stream = createMemoryStream({ clock });
  return {
    reader: stream,
    openShards: async () => stream.openShards(),
    append: async (shard, data) => data.map((bytes) => stream.append(shard, bytes).sequenceNumber),
    split: async (shard) => void stream.split(shard),
    merge: async (shard, adjacent) => void stream.merge(shard, adjacent),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
});

frameStreamContract("memory", async () => {
  const refused = new Set<string>();
  const stream = createMemoryStream({ clock, shardCount: 3, refuses: ({ partitionKey }) => refused.has(partitionKey) });
  return {
    stream,
    refuse: (partitionKey) => void refused.add(partitionKey),
    at: async ({ shard, sequenceNumber }) =>
      stream.records(shard).find((record) => record.sequenceNumber === sequenceNumber)?.data,
    records: async () => stream.openShards().flatMap((shard) => stream.records(shard).map(({ data }) => data)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
});

describe("memory stream", () => {
  test("lanes spread over all shards, and each stays on one", async () => {
    const stream = createMemoryStream({ clock, shardCount: 4 });
    const entries = Array.from({ length: 128 }, (_, i) => ({
      partitionKey: String(i % 64),
      data: new Uint8Array([i % 64]),
    }));
    await stream.put(entries);
    const lanes = stream.openShards().map((shard) => stream.records(shard).map(({ data }) => data[0] ?? -1));
    expect(lanes.every((onShard) => onShard.length > 8)).toBe(true);
    expect(lanes.flatMap((onShard) => [...new Set(onShard)]).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 64 }, (_, i) => i),
    );
  });

  test("children share the lanes of their parent, and a merged shard has all of them again", async () => {
    const stream = createMemoryStream({ clock });
    const put = () =>
      stream.put(Array.from({ length: 64 }, (_, i) => ({ partitionKey: String(i), data: new Uint8Array([i]) })));
    const [left, right] = stream.split("shardId-000000000000");
    await put();
    expect(stream.records(left).length + stream.records(right).length).toBe(64);
    expect(Math.min(stream.records(left).length, stream.records(right).length)).toBeGreaterThan(16);
    const merged = stream.merge(right, left);
    await put();
    expect(stream.records(merged)).toHaveLength(64);
  });

  test("rejects an append to a closed shard and a merge of shards that are not adjacent", () => {
    const stream = createMemoryStream({ clock, shardCount: 3 });
    const [first = "", , third = ""] = stream.openShards();
    expect(() => stream.merge(first, third)).toThrow("shards must be adjacent");
    stream.split(first);
    expect(() => stream.append(first, new Uint8Array())).toThrow(`a shard must be open, was ${first}`);
  });
});
