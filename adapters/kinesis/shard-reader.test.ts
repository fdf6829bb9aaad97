import {
  KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
  type Shard,
} from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, expect, test } from "vitest";
import { shardReaderContract } from "#core/ports/shard-reader.contract.ts";
import { BEYOND_ALL, sequenceNumber, type DurationMs, type SequenceNumber } from "#core/units.ts";
import { openTestKinesis, type TestKinesis } from "#test/engines.ts";
import { openFaultyEndpoint, serviceError, type Intercept } from "#local/misbehaviour/faulty-endpoint.ts";
import { openKinesisShardReader } from "./shard-reader.ts";

let kinesis: TestKinesis;
beforeAll(async () => {
  kinesis = await openTestKinesis();
});
afterAll(() => kinesis[Symbol.asyncDispose]());

const SHARD = "shardId-000000000000";

const openShards = async (stream: string): Promise<readonly Shard[]> => {
  const { Shards = [] } = await kinesis.client.send(new ListShardsCommand({ StreamName: stream }));
  const start = ({ HashKeyRange }: Shard): bigint => BigInt(HashKeyRange?.StartingHashKey ?? 0);
  return Shards.filter((shard) => shard.SequenceNumberRange?.EndingSequenceNumber === undefined).toSorted((a, b) =>
    start(a) < start(b) ? -1 : 1,
  );
};

const rangeOf = async (stream: string, shard: string): Promise<{ start: string; middle: string }> => {
  const { HashKeyRange } = (await openShards(stream)).find(({ ShardId }) => ShardId === shard) ?? {};
  const start = BigInt(HashKeyRange?.StartingHashKey ?? 0);
  const end = BigInt(HashKeyRange?.EndingHashKey ?? 0);
  return { start: String(start), middle: String((start + end) / 2n) };
};

const append = async (
  stream: string,
  shard: string,
  data: readonly Uint8Array[],
): Promise<readonly SequenceNumber[]> => {
  const { start } = await rangeOf(stream, shard);
  const positions: SequenceNumber[] = [];
  for (let from = 0; from < data.length; from += 500) {
    const Records = data.slice(from, from + 500).map((Data) => ({ PartitionKey: "any", ExplicitHashKey: start, Data }));
    const answer = await kinesis.client.send(new PutRecordsCommand({ StreamName: stream, Records }));
    positions.push(...(answer.Records ?? []).map(({ SequenceNumber: digits = "" }) => sequenceNumber(digits)));
  }
  return positions;
};

const idOf = (name: string): string => name.split("@")[0] ?? "";

shardReaderContract("kinesis", { canReshard: true }, async () => {
  const stream = await kinesis.stream();
  const reader = openKinesisShardReader({ stream });
  return {
    reader,
    openShards: async () => Promise.all((await openShards(stream)).map(({ ShardId = "" }) => reader.name(ShardId))),
    append: (shard, data) => append(stream, idOf(shard), data),
    split: async (shard) => {
      const { middle } = await rangeOf(stream, idOf(shard));
      await kinesis.client.send(
        new SplitShardCommand({ StreamName: stream, ShardToSplit: idOf(shard), NewStartingHashKey: middle }),
      );
      await kinesis.active(stream);
    },
    merge: async (shard, adjacent) => {
      await kinesis.client.send(
        new MergeShardsCommand({ StreamName: stream, ShardToMerge: idOf(shard), AdjacentShardToMerge: idOf(adjacent) }),
      );
      await kinesis.active(stream);
    },
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  };
});

/** A reader of a new stream whose requests go through `intercept`; it holds five records. */
const openFaultyReader = async (intercept: Intercept) => {
  const stream = await kinesis.stream();
  const positions = await append(
    stream,
    SHARD,
    Array.from({ length: 5 }, (_, i) => new Uint8Array([i])),
  );
  const faulty = await openFaultyEndpoint(kinesis.endpoint, intercept);
  const client = new KinesisClient({
    endpoint: faulty.endpoint,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
  const slept: DurationMs[] = [];
  const clock = { sleep: async (durationMs: DurationMs) => void slept.push(durationMs) };
  const reader = openKinesisShardReader({ stream, client, clock });
  const readAll = async (): Promise<readonly SequenceNumber[]> => {
    const batches = await Array.fromAsync(reader.read(SHARD, { after: undefined, before: BEYOND_ALL }));
    return batches.flat().map(({ sequenceNumber: at }) => at);
  };
  return {
    positions,
    slept,
    reader,
    readAll,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await faulty[Symbol.asyncDispose]();
    },
  };
};

test("names no parent that the stream no longer has", async () => {
  const listed = [
    { ShardId: SHARD },
    { ShardId: "shardId-000000000002", ParentShardId: SHARD, AdjacentParentShardId: "shardId-000000000001" },
  ];
  await using faulty = await openFaultyReader((operation, body, forward) =>
    operation === "ListShards" ? Promise.resolve({ status: 200, body: { Shards: listed } }) : forward(body),
  );
  const parent = await faulty.reader.name(SHARD);
  expect(await faulty.reader.parents(await faulty.reader.name("shardId-000000000002"))).toEqual([parent]);
});

test("goes on after an expired iterator with the record that follows", async () => {
  let pages = 0;
  await using faulty = await openFaultyReader((operation, body, forward) =>
    operation === "GetRecords" && ++pages === 2
      ? Promise.resolve(serviceError("ExpiredIteratorException"))
      : forward(operation === "GetRecords" ? { ...body, Limit: 2 } : body),
  );
  expect(await faulty.readAll()).toEqual(faulty.positions);
  expect(faulty.slept).toEqual([]);
});

test("waits and goes on while it is throttled", async () => {
  const throttles = { GetRecords: 3, GetShardIterator: 2 };
  await using faulty = await openFaultyReader((operation, body, forward) => {
    const left = throttles[operation as keyof typeof throttles]--;
    return left > 0 ? Promise.resolve(serviceError("ProvisionedThroughputExceededException")) : forward(body);
  });
  expect(await faulty.readAll()).toEqual(faulty.positions);
  expect(faulty.slept).toHaveLength(5);
});

test("rejects with our error when it is throttled for good", async () => {
  await using faulty = await openFaultyReader(async () => serviceError("ProvisionedThroughputExceededException"));
  await expect(faulty.readAll()).rejects.toMatchObject({ code: "TAPE_STREAM_UNAVAILABLE", isRetryable: true });
  expect(faulty.slept).toHaveLength(9);
});

test("reads on over an empty page that is behind the tip, and ends at a page without a next one", async () => {
  let pages = 0;
  await using faulty = await openFaultyReader(async (operation, body, forward) => {
    if (operation !== "GetRecords") return forward(body);
    pages++;
    if (pages === 1) {
      const next = { NextShardIterator: body["ShardIterator"], MillisBehindLatest: 5_000, Records: [] };
      return { status: 200, body: next };
    }
    const answer = await forward(body);
    return { ...answer, body: { ...answer.body, NextShardIterator: null } };
  });
  expect(await faulty.readAll()).toEqual(faulty.positions);
  expect(pages).toBe(2);
});
