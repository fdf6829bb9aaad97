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
import { openDynamoConnectionStore } from "#adapters/dynamodb/connection-store.ts";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { createSimSource } from "#adapters/feeds/sim-source.ts";
import { createMemoryConnectionStore } from "#adapters/memory/connection-store.ts";
import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { zstdPacking } from "#adapters/node/state-packing.ts";
import { advanceLife } from "#core/advance-life.ts";
import { concurrently } from "#core/concurrently.ts";
import { framesOf } from "#core/frame/framer.ts";
import type { Pane } from "#core/pane.ts";
import type { ConnectionStore } from "#core/ports/connection-store.ts";
import type { ShardRecord } from "#core/ports/shard-reader.ts";
import type { Trade } from "#core/trade.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { readUpdateRecord, updateRecords } from "#core/update-record.ts";
import { createBroadcast } from "#lambdas/ws-broadcast/broadcast.ts";
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

/** An engine of DynamoDB in a thread of its own, and a client with one table. */
const openTable = async (table: string, hashKey: string, rangeKey: string) => {
  const engines = JSON.stringify(import.meta.resolve("#local/engines.ts"));
  const engine = await openAnswerer(
    `import(${engines}).then(async (engines) =>
      require("node:worker_threads").parentPort.postMessage((await engines.openDynamoEngine()).endpoint))`,
  );
  const local = { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
  Object.assign(process.env, local, { AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint });
  const client = openDynamoClient();
  await client.send(
    new CreateTableCommand({
      TableName: table,
      KeySchema: [
        { AttributeName: hashKey, KeyType: "HASH" },
        { AttributeName: rangeKey, KeyType: "RANGE" },
      ],
      AttributeDefinitions: [hashKey, rangeKey].map((name) => ({ AttributeName: name, AttributeType: "S" })),
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
  const close = async (): Promise<void> => {
    client.destroy();
    await engine[Symbol.asyncDispose]();
  };
  return { client, [Symbol.asyncDispose]: close };
};

const measurePuts = async (panes: readonly Pane[]): Promise<number> => {
  await using table = await openTable("panes", "bar", "pane");
  const intervals = INTERVALS_MS.map((intervalMs) => ({ intervalMs, keepMs: durationMs(86_400_000) }));
  await using store = openDynamoPaneStore({ table: "panes", intervals, clock, client: table.client });
  let written = 0;
  const micros = await cpuMicros(() => store.put(panes.map((pane) => ({ ...pane, shard: `shard-${++written}` }))));
  return micros / panes.length;
};

/** A flush of `panes`, posts excepted, to whom `connections` knows. */
const measureFlush = (panes: readonly Pane[], connections: ConnectionStore): Promise<number> => {
  const sink = { post: async () => "sent" as const };
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const meter = { emit: () => {} };
  const deps = { sink, connections, clock, log, meter, storedIntervalsMs: INTERVALS_MS };
  const broadcast = createBroadcast(deps);
  const Records = updateRecords(panes).map((data, i) => ({
    eventID: `shard:${i}`,
    kinesis: { data: Buffer.from(data).toString("base64") },
  }));
  return cpuMicros(() => broadcast({ Records }));
};

/** A flush per connection that wants so many of the symbols, over what the same flush takes for nobody. */
const measureConnections = async (panes: readonly Pane[], wanted: number): Promise<number> => {
  const symbols = [...new Set(panes.map(({ symbol }) => symbol))];
  await using table = await openTable("connections", "pk", "sk");
  await using store = openDynamoConnectionStore({ table: "connections", clock, client: table.client });
  const [intervalMs] = INTERVALS_MS;
  const ids = Array.from({ length: 1_000 }, (_, i) => `L0SM9cOFvHc${i}=`);
  await store.subscribe(
    ids.flatMap((connectionId, i) =>
      Array.from({ length: wanted }, (_, j) => ({
        connectionId,
        symbol: symbols[((i % 50) * 20 + j) % symbols.length]!,
        intervalMs: intervalMs!,
      })),
    ),
  );
  const nobody = await measureFlush(panes, createMemoryConnectionStore());
  return ((await measureFlush(panes, store)) - nobody) / ids.length;
};

const measurePosts = async (): Promise<number> => {
  await using gateway = await openAnswerer(
    `const server = require("node:http").createServer((request, response) => request.resume().on("end", () => response.end()));
     server.listen(0, "127.0.0.1", () =>
       require("node:worker_threads").parentPort.postMessage("http://127.0.0.1:" + server.address().port));`,
  );
  await using sink = openMessageSink({
    socketClient: "lean",
    managementEndpoint: gateway.endpoint,
    env: process.env,
    clock,
  });
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
const told = await measureFlush(wide.panes, createMemoryConnectionStore());
say(`a pane read by a broadcaster         ${((told * 1_000) / wide.panes.length).toFixed(0)} ns`);
const narrow = wide.panes.slice(0, 1_000);
const [few, many] = [await measureConnections(narrow, 20), await measureConnections(narrow, 100)];
const wantNanos = ((many - few) * 1_000) / 80;
say(`a connection of 20 wants in a flush  ${few.toFixed(1)} us, of 100 ${many.toFixed(1)} us`);
say(
  `  the connection, each want          ${(few - (20 * wantNanos) / 1_000).toFixed(1)} us, ${wantNanos.toFixed(0)} ns`,
);
