/**
 * Measures what `core/plan/measured.ts` says of CPU time, on this machine:
 *
 *     node cli/plan-measure.ts
 *
 * Each figure is the least of several rounds of this thread's CPU time, after rounds to warm up; whoever answers runs in
 * a thread of its own, which is not counted.
 */
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { openMessageSink } from "#adapters/apigateway-ws/message-sink.ts";
import { openDynamoClient } from "#adapters/dynamodb/client.ts";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { createSimSource } from "#adapters/feeds/sim-source.ts";
import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { zstdPacking } from "#adapters/node/state-packing.ts";
import { advanceLife } from "#core/advance-life.ts";
import { concurrently } from "#core/concurrently.ts";
import { framesOf } from "#core/frame/framer.ts";
import type { Pane } from "#core/pane.ts";
import type { ShardRecord } from "#core/ports/shard-reader.ts";
import type { Trade } from "#core/trade.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { readUpdateRecord } from "#core/update-record.ts";
import { say } from "./output.ts";

const STARTS_MS = epochMs(1_381_152_600_000);
const INTERVALS_MS = [durationMs(10_000), durationMs(60_000)];
const ROUNDS = 7;

const codes = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `S${i.toString(36).toUpperCase()}`);

/** Trades of the simulated market, one second of them. */
const tradesOf = async (symbolCount: number, tradesPerSecond: number): Promise<readonly Trade[]> => {
  const source = createSimSource({
    seed: 1,
    symbols: codes(symbolCount),
    tradesPerSecond,
    tradeCount: tradesPerSecond,
  });
  const trades: Trade[] = [];
  for await (const rows of source.rows(0, STARTS_MS)) {
    for (const row of rows) if (row.kind === "trade") trades.push(row.trade);
  }
  return trades;
};

const recordsOf = (trades: readonly Trade[]): readonly ShardRecord[] => {
  const rules = {
    producer: "0a",
    firstNumber: 0,
    lanes: 32,
    maxTrades: 1_000,
    maxBytes: 25_000,
    ingestTimeMs: STARTS_MS,
  };
  return framesOf(trades, rules).map(({ data, number }) => ({
    sequenceNumber: sequenceNumber(String(number + 1)),
    arrivalTimeMs: epochMs(STARTS_MS + 1_000),
    data,
  }));
};

/** Microseconds of this thread's CPU that `run` takes, the least of the rounds. */
const cpuMicros = async (run: () => Promise<unknown>): Promise<number> => {
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.threadCpuUsage();
    await run();
    const { user, system } = process.threadCpuUsage(before);
    samples.push(user + system);
  }
  return Math.min(...samples);
};

/** One step of a life: records folded, state handed on, and what changed made into update records. */
const measureFold = async (symbolCount: number, tradesPerSecond: number) => {
  const records = recordsOf(await tradesOf(symbolCount, tradesPerSecond));
  let changed: readonly Uint8Array[] = [];
  const shards = { name: async () => "shard", parents: async () => [], read: async function* () {} };
  const publish = async (records: readonly Uint8Array[]): Promise<void> => void (changed = records);
  const rules = {
    intervalsMs: INTERVALS_MS,
    maxOutOfOrdernessMs: durationMs(2_000),
    clockSkewMs: durationMs(10_000),
    maxStateBytes: 1_000_000,
    retentionMs: durationMs(86_400_000),
  };
  const micros = await cpuMicros(() => {
    const ports = { ...createMemoryLifePorts({ shards, clock }), updates: { publish }, packing: zstdPacking };
    return advanceLife(ports, rules, { stream: "ticks", shard: "shard", records, state: undefined, isLast: false });
  });
  return { micros, panes: changed.flatMap(readUpdateRecord) };
};

/** `program` in a thread of its own, once it has said where it answers. */
const openAnswerer = async (program: string) => {
  const worker = new Worker(program, { eval: true });
  const [endpoint] = (await once(worker, "message")) as [string];
  return { endpoint, [Symbol.asyncDispose]: async () => void (await worker.terminate()) };
};

const measurePuts = async (panes: readonly Pane[]): Promise<number> => {
  const engines = JSON.stringify(import.meta.resolve("#local/engines.ts"));
  await using engine = await openAnswerer(
    `import(${engines}).then(async (engines) =>
      require("node:worker_threads").parentPort.postMessage((await engines.openDynamoEngine()).endpoint))`,
  );
  const local = { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
  Object.assign(process.env, local, { AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint });
  const client = openDynamoClient();
  await client.send(
    new CreateTableCommand({
      TableName: "panes",
      KeySchema: [
        { AttributeName: "bar", KeyType: "HASH" },
        { AttributeName: "pane", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "bar", AttributeType: "S" },
        { AttributeName: "pane", AttributeType: "S" },
      ],
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
  const intervals = INTERVALS_MS.map((intervalMs) => ({ intervalMs, keepMs: durationMs(86_400_000) }));
  await using store = openDynamoPaneStore({ table: "panes", intervals, clock, client });
  let written = 0;
  const micros = await cpuMicros(() => store.put(panes.map((pane) => ({ ...pane, shard: `shard-${++written}` }))));
  client.destroy();
  return micros / panes.length;
};

const measurePosts = async (): Promise<number> => {
  await using gateway = await openAnswerer(
    `const server = require("node:http").createServer((request, response) => request.resume().on("end", () => response.end()));
     server.listen(0, "127.0.0.1", () =>
       require("node:worker_threads").parentPort.postMessage("http://127.0.0.1:" + server.address().port));`,
  );
  await using sink = openMessageSink({ socketClient: "lean", managementEndpoint: gateway.endpoint, env: process.env, clock });
  const message = "x".repeat(3_000);
  const ids = Array.from({ length: 1_000 }, (_, i) => `connection-${i}=`);
  return (await cpuMicros(() => concurrently(ids, 64, async (id) => void (await sink.post(id, message))))) / ids.length;
};

const busy = await measureFold(4, 100_000);
const wide = await measureFold(4_000, 8_000);
const foldNanos = (busy.micros * 1_000) / 100_000;
const paneNanos = (wide.micros * 1_000 - 8_000 * foldNanos) / wide.panes.length;
say(`a trade read and folded              ${foldNanos.toFixed(0)} ns`);
say(`a pane changed in an invocation      ${paneNanos.toFixed(0)} ns   (${wide.panes.length} panes)`);
say(`a pane put into DynamoDB             ${(await measurePuts(wide.panes.slice(0, 2_000))).toFixed(0)} us`);
say(`a message of 3 KB posted             ${(await measurePosts()).toFixed(0)} us`);
