import { KinesisClient } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Pane } from "#core/pane.ts";
import { updateStreamContract } from "#core/ports/update-stream.contract.ts";
import { BEYOND_ALL, type DurationMs } from "#core/units.ts";
import { readUpdateRecord, updateRecords } from "#core/update-record.ts";
import { arbitraryPane } from "#test/arbitraries/pane.ts";
import { openTestKinesis, type TestKinesis } from "#test/engines.ts";
import { openFaultyEndpoint } from "#local/misbehaviour/faulty-endpoint.ts";
import { refusingPutRecords } from "#local/misbehaviour/refusing-put-records.ts";
import { openKinesisShardReader } from "./shard-reader.ts";
import { openKinesisUpdateStream } from "./update-stream.ts";

let kinesis: TestKinesis;
beforeAll(async () => {
  kinesis = await openTestKinesis();
});
afterAll(() => kinesis[Symbol.asyncDispose]());

const recordsOf = async (stream: string, shard: string): Promise<readonly Uint8Array[]> => {
  await using reader = openKinesisShardReader({ stream });
  const batches = await Array.fromAsync(reader.read(shard, { after: undefined, before: BEYOND_ALL }));
  return batches.flat().map(({ data }) => data);
};

const receivedOf = async (stream: string): Promise<readonly Pane[]> => {
  const shards = await Promise.all(["shardId-000000000000", "shardId-000000000001"].map((id) => recordsOf(stream, id)));
  return shards.flat().flatMap(readUpdateRecord);
};

updateStreamContract("kinesis", async () => {
  const name = await kinesis.stream(2);
  const stream = openKinesisUpdateStream({ stream: name });
  return { stream, received: () => receivedOf(name), [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose]() };
});

const panes = fc.sample(arbitraryPane, { seed: 1, numRuns: 300 });

const openRefusing = async (isRefused: () => boolean) => {
  const name = await kinesis.stream(2);
  const faulty = await openFaultyEndpoint(kinesis.endpoint, refusingPutRecords(isRefused));
  const client = new KinesisClient({
    endpoint: faulty.endpoint,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
  const slept: DurationMs[] = [];
  const clock = { sleep: async (durationMs: DurationMs) => void slept.push(durationMs) };
  return {
    name,
    slept,
    stream: openKinesisUpdateStream({ stream: name, client, clock }),
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await faulty[Symbol.asyncDispose]();
    },
  };
};

test("offers only what was refused again, after a pause, until all is taken", async () => {
  let offered = 0;
  await using refusing = await openRefusing(() => ++offered % 2 === 0);
  await refusing.stream.publish(updateRecords(panes));
  expect(refusing.slept.length).toBeGreaterThan(1);
  expect(await receivedOf(refusing.name)).toHaveLength(panes.length);
});

test("goes on as long as the stream takes a record now and then", async () => {
  let offered = 0;
  await using refusing = await openRefusing(() => ++offered % 8 !== 0);
  await refusing.stream.publish(updateRecords(panes));
  expect(refusing.slept.length).toBeGreaterThan(10);
  expect(await receivedOf(refusing.name)).toHaveLength(panes.length);
});

test("rejects with our error when a record is refused ten times", async () => {
  await using refusing = await openRefusing(() => true);
  await expect(refusing.stream.publish(updateRecords(panes.slice(0, 1)))).rejects.toMatchObject({
    code: "TAPE_STREAM_UNAVAILABLE",
    isRetryable: true,
    message: `stream ${refusing.name} must take some updates within 10 attempts, refused 1 records`,
  });
  expect(refusing.slept).toHaveLength(9);
});

test("spreads records of at most 25 KB over all shards", async () => {
  const name = await kinesis.stream(2);
  await using stream = openKinesisUpdateStream({ stream: name });
  for (const pane of panes.slice(0, 30)) await stream.publish(updateRecords([pane]));
  await stream.publish(updateRecords(panes));
  for (const shard of ["shardId-000000000000", "shardId-000000000001"]) {
    const records = await recordsOf(name, shard);
    expect(records.length).toBeGreaterThan(5);
    expect(records.every(({ length }) => length <= 25_000)).toBe(true);
  }
});
