import { KinesisClient } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, expect, test } from "vitest";
import { frameStreamContract } from "#core/ports/frame-stream.contract.ts";
import type { RecordPlace } from "#core/ports/frame-stream.ts";
import { sequenceNumber } from "#core/units.ts";
import { openTestKinesis, type TestKinesis } from "#test/engines.ts";
import { openFaultyEndpoint, serviceError, type Intercept } from "#local/misbehaviour/faulty-endpoint.ts";
import { refusingPutRecords } from "#local/misbehaviour/refusing-put-records.ts";
import { openKinesisFrameStream } from "./frame-stream.ts";
import { openKinesisShardReader } from "./shard-reader.ts";

let kinesis: TestKinesis;
beforeAll(async () => {
  kinesis = await openTestKinesis();
});
afterAll(() => kinesis[Symbol.asyncDispose]());

const BEYOND_ALL = sequenceNumber("9".repeat(100));

const recordsOf = async (stream: string, shardCount: number): Promise<readonly Uint8Array[]> => {
  await using reader = openKinesisShardReader({ stream });
  const records: Uint8Array[] = [];
  for (let i = 0; i < shardCount; i++) {
    const span = { after: undefined, before: BEYOND_ALL };
    for await (const batch of reader.read(`shardId-00000000000${i}`, span))
      records.push(...batch.map(({ data }) => data));
  }
  return records;
};

const openFaulty = async (shardCount: number, intercept: Intercept) => {
  const name = await kinesis.stream(shardCount);
  const faulty = await openFaultyEndpoint(kinesis.endpoint, intercept);
  const client = new KinesisClient({
    endpoint: faulty.endpoint,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
  return {
    stream: openKinesisFrameStream({ stream: name, client }),
    at: async ({ shard, sequenceNumber }: RecordPlace) => {
      await using reader = openKinesisShardReader({ stream: name, client: kinesis.client });
      for await (const records of reader.read(shard, { after: undefined, before: BEYOND_ALL })) {
        const found = records.find((record) => record.sequenceNumber === sequenceNumber);
        if (found !== undefined) return found.data;
      }
      return undefined;
    },
    records: () => recordsOf(name, shardCount),
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await faulty[Symbol.asyncDispose]();
    },
  };
};

frameStreamContract("kinesis", async () => {
  const refused = new Set<string>();
  const faulty = await openFaulty(
    3,
    refusingPutRecords((key) => refused.has(key)),
  );
  return { ...faulty, refuse: (partitionKey) => void refused.add(partitionKey) };
});

test("keeps requests to 500 records and about 200 KB", async () => {
  const requests: (readonly [records: number, bytes: number])[] = [];
  await using faulty = await openFaulty(1, (operation, body, forward) => {
    if (operation !== "PutRecords") return forward(body);
    const records = body["Records"] as readonly { Data: string }[];
    requests.push([records.length, records.reduce((sum, { Data }) => sum + (Data.length * 3) / 4, 0)]);
    return forward(body);
  });
  const small = Array.from({ length: 1_100 }, () => ({ partitionKey: "1", data: new Uint8Array(3) }));
  const frames = Array.from({ length: 20 }, () => ({ partitionKey: "1", data: new Uint8Array(24_000) }));
  await faulty.stream.put([...small, ...frames]);
  expect(requests.every(([records, bytes]) => records <= 500 && bytes <= 200_000)).toBe(true);
  expect(requests).toHaveLength(5);
});

test("an entry of a request that was throttled as a whole was not taken", async () => {
  await using faulty = await openFaulty(1, async () => serviceError("ProvisionedThroughputExceededException"));
  expect(await faulty.stream.put([{ partitionKey: "1", data: new Uint8Array([1]) }])).toEqual([undefined]);
});

test("rejects with our error when a request gets no answer", async () => {
  await using faulty = await openFaulty(1, async () => serviceError("InternalFailure", 500));
  await expect(faulty.stream.put([{ partitionKey: "1", data: new Uint8Array([1]) }])).rejects.toMatchObject({
    code: "TAPE_STREAM_UNAVAILABLE",
    isRetryable: true,
    cause: expect.objectContaining({ name: "InternalFailure" }),
  });
});

test("an entry of a request that got no answer, beside others that did, alone was not taken as far as is known", async () => {
  await using faulty = await openFaulty(1, async (operation, body, forward) => {
    const [first] = (body["Records"] ?? []) as readonly { PartitionKey: string }[];
    return operation === "PutRecords" && first?.PartitionKey === "2"
      ? serviceError("InternalFailure", 500)
      : forward(body);
  });
  const entries = Array.from({ length: 4 }, (_, i) => ({ partitionKey: String(i), data: new Uint8Array(150_000) }));
  const places = await faulty.stream.put(entries);
  expect(places.map((place) => place !== undefined)).toEqual([true, true, false, true]);
});

test("sends no further request to a stream that does not answer", async () => {
  let requests = 0;
  await using faulty = await openFaulty(1, async () => {
    requests++;
    return serviceError("InternalFailure", 500);
  });
  const entries = Array.from({ length: 20 }, (_, i) => ({ partitionKey: String(i), data: new Uint8Array(150_000) }));
  await expect(faulty.stream.put(entries)).rejects.toMatchObject({ code: "TAPE_STREAM_UNAVAILABLE" });
  expect(requests).toBe(4);
});

test("rejects for good what the stream refuses for good, whatever it took beside", async () => {
  await using faulty = await openFaulty(1, async (operation, body, forward) => {
    const [first] = (body["Records"] ?? []) as readonly { PartitionKey: string }[];
    return operation === "PutRecords" && first?.PartitionKey === "1"
      ? serviceError("AccessDeniedException")
      : forward(body);
  });
  const entries = Array.from({ length: 3 }, (_, i) => ({ partitionKey: String(i), data: new Uint8Array(150_000) }));
  await expect(faulty.stream.put(entries)).rejects.toMatchObject({
    code: "TAPE_STREAM_UNAVAILABLE",
    isRetryable: false,
  });
});

test("asks once for the name of a shard, however many entries it takes at first", async () => {
  let asked = 0;
  await using faulty = await openFaulty(1, async (operation, body, forward) => {
    if (operation === "DescribeStreamSummary") asked++;
    return forward(body);
  });
  await faulty.stream.put(Array.from({ length: 20 }, () => ({ partitionKey: "1", data: new Uint8Array([1]) })));
  expect(asked).toBe(1);
});
