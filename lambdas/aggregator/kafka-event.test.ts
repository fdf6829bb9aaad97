import { expect, test } from "vitest";
import { byPartition, type KafkaEvent } from "./kafka-event.ts";
import type { AggregatorEvent } from "./kinesis-event.ts";

const record = (partition: number, offset: number, value: string | null = "aGVsbG8=") => ({
  topic: "my-ticks",
  partition,
  offset,
  timestamp: 1_545_084_650_987,
  timestampType: "LOG_APPEND_TIME",
  key: "NjQ=",
  value,
  headers: [],
});

/** As Lambda sends it. Source: https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html#msk-sample-event */
const event: KafkaEvent & Readonly<Record<string, unknown>> = {
  eventSource: "aws:kafka",
  eventSourceArn: "arn:aws:kafka:us-east-1:123456789012:cluster/vpc/abcd",
  bootstrapServers: "boot-abcd.c1.kafka-serverless.us-east-1.amazonaws.com:9098",
  records: { "my-ticks-0": [record(0, 15), record(0, 16)], "my-ticks-3": [record(3, 7, null)], "my-ticks-4": [] },
};

test("each partition's records go as a shard's, with offsets as positions and times to the millisecond", async () => {
  const events: AggregatorEvent[] = [];
  await byPartition(async (one) => events.push(one))(event);
  const kinesis = { data: "aGVsbG8=", approximateArrivalTimestamp: 1_545_084_650.987 };
  expect(events).toEqual([
    {
      shardId: "my-ticks-0",
      Records: [
        { eventID: "my-ticks-0:15", kinesis: { ...kinesis, sequenceNumber: "15" } },
        { eventID: "my-ticks-0:16", kinesis: { ...kinesis, sequenceNumber: "16" } },
      ],
    },
    {
      shardId: "my-ticks-3",
      Records: [{ eventID: "my-ticks-3:7", kinesis: { ...kinesis, sequenceNumber: "7", data: "" } }],
    },
  ]);
});

test("a partition that fails fails the event, when the others are done", async () => {
  const done: string[] = [];
  const handle = byPartition(async ({ shardId }) => {
    if (shardId === "my-ticks-0") throw new RangeError("no");
    await new Promise(setImmediate);
    done.push(shardId!);
  });
  await expect(handle(event)).rejects.toThrow("no");
  expect(done).toEqual(["my-ticks-3"]);
});

test("rejects an event that is of no topic", async () => {
  await expect(byPartition(async () => undefined)({})).rejects.toMatchObject({ code: "TAPE_EVENT_INVALID" });
});
