import { describe, expect, test } from "vitest";
import { eventLog } from "../fixtures/mapping.ts";
import type { FaultKind } from "./fault-kind.ts";
import { FaultQueue } from "./fault-queue.ts";
import type { Intercept, ServiceAnswer } from "./faulty-endpoint.ts";
import { InvocationGates, killingGate, mortalGate } from "./invocation-gates.ts";
import { Progress } from "./progress.ts";
import { unrulyDynamo, unrulyKinesis } from "./unruly-service.ts";

type Body = Record<string, unknown>;

const open = (service: "kinesis" | "dynamo", kind: FaultKind, atRecord = 0) => {
  const queue = new FaultQueue({ faults: [{ kind, atRecord, seed: 3 }] }, eventLog().emit);
  const gates = new InvocationGates();
  const options = { queue, progress: new Progress(), gates, streamName: "ticks" };
  const intercept: Intercept = service === "kinesis" ? unrulyKinesis(options) : unrulyDynamo(options);
  const forwarded: Body[] = [];
  const ask = (operation: string, body: Body, answer: Body = {}, traceId?: string): Promise<ServiceAnswer> => {
    const forward = async (sent: Body): Promise<ServiceAnswer> => {
      forwarded.push(sent);
      const records = sent["Records"] as readonly Body[] | undefined;
      return { status: 200, body: records ? { Records: records.map(() => ({ SequenceNumber: "1" })) } : answer };
    };
    return intercept(operation, body, forward, traceId);
  };
  return { ask, forwarded, queue, gates };
};

const entries = (count: number, StreamName = "ticks"): Body => ({
  StreamName,
  Records: Array.from({ length: count }, (_, i) => ({ PartitionKey: String(i) })),
});

const refusedOf = ({ body }: ServiceAnswer): number =>
  (body["Records"] as readonly Body[]).filter((record) => "ErrorCode" in record).length;

describe("an unruly Kinesis", () => {
  test("refuses entries, and takes the others", async () => {
    const { ask, forwarded } = open("kinesis", "refuse-entries");
    const answer = await ask("PutRecords", entries(10));
    expect(refusedOf(answer)).toBeGreaterThan(0);
    expect(answer.body["FailedRecordCount"]).toBe(refusedOf(answer));
    expect(forwarded[0]?.["Records"]).toHaveLength(10 - refusedOf(answer));
  });

  test("reports entries as failed that it has taken", async () => {
    const { ask, forwarded } = open("kinesis", "refuse-taken-entries");
    expect(refusedOf(await ask("PutRecords", entries(10)))).toBeGreaterThan(0);
    expect(forwarded[0]?.["Records"]).toHaveLength(10);
  });

  test("counts what is put into its own stream, and begins at the record that was planned", async () => {
    const { ask, queue } = open("kinesis", "refuse-entries", 5);
    expect(refusedOf(await ask("PutRecords", entries(4)))).toBe(0);
    expect(refusedOf(await ask("PutRecords", entries(4, "bars")))).toBe(0);
    expect(queue.pending).toHaveLength(1);
    expect(refusedOf(await ask("PutRecords", entries(4)))).toBeGreaterThan(0);
    expect(queue.pending).toEqual([]);
  });

  test("refuses what a function puts into another stream", async () => {
    const { ask } = open("kinesis", "refuse-updates");
    expect(refusedOf(await ask("PutRecords", entries(4)))).toBe(0);
    expect(refusedOf(await ask("PutRecords", entries(4, "bars")))).toBeGreaterThan(0);
  });

  test("puts the clock of a function wrong that puts entries into its own stream, by two minutes at most", async () => {
    const { ask, gates, forwarded, queue } = open("kinesis", "skew-producer-clock");
    const skews: number[] = [];
    using _ = gates.put(
      "01234567-89ab-cdef-0123-456789abcdef",
      mortalGate(
        () => undefined,
        (aheadMs) => skews.push(aheadMs),
      ),
    );
    const trace = "Root=1-01234567-89abcdef0123456789abcdef;Sampled=0";
    await ask("PutRecords", entries(4));
    await ask("PutRecords", entries(4, "bars"), {}, trace);
    expect([skews, queue.pending.length]).toEqual([[], 1]);
    expect(refusedOf(await ask("PutRecords", entries(4), {}, trace))).toBe(0);
    expect([skews.length, queue.pending, forwarded.length]).toEqual([1, [], 3]);
    expect(Math.abs(skews[0]!)).toBeGreaterThanOrEqual(1_000);
    expect(Math.abs(skews[0]!)).toBeLessThanOrEqual(120_000);
  });

  test("throttles reads and writes", async () => {
    const { ask, forwarded } = open("kinesis", "throttle-stream");
    expect(await ask("DescribeStreamSummary", {})).toEqual({ status: 200, body: {} });
    expect(await ask("GetRecords", {})).toMatchObject({ status: 400 });
    expect(forwarded).toHaveLength(1);
  });
});

describe("an unruly DynamoDB", () => {
  test.each([
    ["throttle-store", 400, 0],
    ["lose-store-answer", 500, 1],
    ["slow-store", 200, 1],
  ] as const)("answers otherwise: %s", async (kind, status, taken) => {
    const { ask, forwarded } = open("dynamo", kind);
    expect(await ask("PutItem", {})).toMatchObject({ status });
    expect(forwarded).toHaveLength(taken);
  });

  test("leaves a part of a batch unprocessed, and a batch of one whole", async () => {
    const keys = [{ id: 1 }, { id: 2 }, { id: 3 }];
    const batch = open("dynamo", "refuse-items");
    expect(await batch.ask("PutItem", {})).toEqual({ status: 200, body: {} });
    const answer = await batch.ask("BatchGetItem", { RequestItems: { table: { Keys: keys } } }, { Responses: {} });
    expect(batch.forwarded.at(-1)).toEqual({ RequestItems: { table: { Keys: keys.slice(0, 1) } } });
    expect(answer.body["UnprocessedKeys"]).toEqual({ table: { Keys: keys.slice(1) } });
    const single = open("dynamo", "refuse-items");
    const request = { RequestItems: { table: [{ PutRequest: {} }] } };
    expect((await single.ask("BatchWriteItem", request)).body).toEqual({ UnprocessedItems: request.RequestItems });
    expect(single.forwarded).toEqual([]);
  });

  test.each([true, false])("lets a process die at its request, which was taken: %s", async (isTaken) => {
    const { ask, forwarded, gates } = open("dynamo", "kill");
    let killed = 0;
    using _ = gates.put(
      "01234567-89ab-cdef-0123-456789abcdef",
      killingGate(2, isTaken, () => void killed++),
    );
    const trace = "Root=1-01234567-89abcdef0123456789abcdef;Sampled=0";
    await ask("PutItem", {}, {}, trace);
    await ask("PutItem", {}, {}, "Root=1-76543210-89abcdef0123456789abcdef;Sampled=0");
    expect(killed).toBe(0);
    await ask("PutItem", {}, {}, trace);
    expect([killed, forwarded.length]).toEqual([1, isTaken ? 3 : 2]);
  });
});
