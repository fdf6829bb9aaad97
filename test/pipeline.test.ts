import { once } from "node:events";
import { cp, readFile, readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { openDynamoCheckpointStore } from "#adapters/dynamodb/checkpoint-store.ts";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { openDynamoRejectedStore } from "#adapters/dynamodb/rejected-store.ts";
import { openKinesisShardReader } from "#adapters/kinesis/shard-reader.ts";
import { openKinesisClient } from "#adapters/kinesis/client.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import { clientMessageText } from "#core/protocol/client-message.ts";
import { Register } from "#core/protocol/register.ts";
import { readServerMessage, type ServerMessage } from "#core/protocol/server-message.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { readConfig } from "#lambdas/aggregator/config.ts";
import { openLocalCloud, type LocalCloud } from "#local/cloud.ts";
import { assemble, type Assembly } from "../cli/assemble.ts";
import { aggregatorEnvironment } from "../cli/running.ts";
import { oracleRows, type OracleTrade } from "#oracle/oracle.ts";
import { utcDays } from "./utc-days.ts";

const SOURCE = "sim:?seed=7&symbols=IBM,SPY&rate=200&trades=600";
const minute = durationMs(60_000);

let assembly: Assembly;
let cloud: LocalCloud;

beforeAll(async () => {
  assembly = await assemble({ source: SOURCE, shards: "2", arrivalWindowSeconds: "2", access: "public" });
  cloud = await openLocalCloud({ assemblyDir: assembly.dir });
  Object.assign(process.env, cloud.environment);
});

afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
  await assembly[Symbol.asyncDispose]();
});

const config = () => readConfig(aggregatorEnvironment(cloud));

const storedRows = async (symbol: string): Promise<string[]> => {
  await using panes = openDynamoPaneStore({ table: config().panesTable, intervals: config().intervals, clock });
  const rangeMs = { startMs: epochMs(clock.nowMs() - 3_600_000), endMs: epochMs(clock.nowMs() + 60_000) };
  return barsOf(await panes.range({ symbol, intervalMs: minute, ...rangeMs }), minute).map((bar) =>
    barRow(bar).join(","),
  );
};

/** A socket that keeps what it is told, as a dashboard does. */
const openReceiver = async (symbols: readonly string[]) => {
  const socket = new WebSocket(cloud.webSocketUrl!);
  const register = new Register();
  const messages: ServerMessage[] = [];
  socket.on("message", (data: Buffer) => {
    const message = readServerMessage(data.toString());
    messages.push(message);
    if (message.type === "snapshot" || message.type === "update") register.apply(message.panes);
  });
  await once(socket, "open");
  socket.send(clientMessageText({ action: "subscribe", symbols, intervalMs: minute, bars: 10 }));
  while (!messages.some(({ type }) => type === "snapshot")) await once(socket, "message");
  return {
    socket,
    messages,
    rows: (symbol: string) => register.bars(symbol, minute).map((bar) => barRow(bar).join(",")),
  };
};

test("the schedule's trades reach the store and a socket, the same bars in both", { timeout: 60_000 }, async () => {
  const receiver = await openReceiver(["IBM", "SPY"]);
  await using checkpoints = openDynamoCheckpointStore({ table: config().checkpointsTable, clock });
  const folded = async (): Promise<number> =>
    (await checkpoints.list(config().ticksStream)).reduce((sum, { counts }) => sum + counts.trades, 0);
  while ((await folded()) < 600) await clock.sleep(durationMs(100));
  await cloud.settle();
  for (const symbol of ["IBM", "SPY"]) {
    const stored = await storedRows(symbol);
    expect(stored.length).toBeGreaterThan(0);
    await expect.poll(() => receiver.rows(symbol), { timeout: 20_000 }).toEqual(stored);
  }
  expect(receiver.messages.filter(({ type }) => type === "update").length).toBeGreaterThan(1);
  receiver.socket.close();
});

test(
  "JSON of other producers is folded, and what is no trade is set aside with its reason and bytes",
  { timeout: 60_000 },
  async () => {
    const now = clock.nowMs();
    const trade = (price: string, sequence: number): OracleTrade => ({
      symbol: "JSON",
      price,
      size: "1.5",
      time: now - 1_000,
      sequence,
    });
    const trades = [trade("10.25", 1), trade("9.5", 2), trade("11", 3)];
    const json = ({ time, ...rest }: OracleTrade): string => JSON.stringify({ ...rest, eventTimeMs: time });
    const future = json({ ...trade("12", 4), time: now + 3_600_000 });
    const kinesis = openKinesisClient();
    const records = [
      json(trades[0]!),
      `${json(trades[1]!)}\n${json(trade("-1", 9))}\n${json(trades[2]!)}\n${future}`,
      "\u0000junk",
    ];
    const Records = records.map((record) => ({ PartitionKey: "same", Data: Buffer.from(record, "latin1") }));
    const { Records: taken = [] } = await kinesis.send(
      new PutRecordsCommand({ StreamName: config().ticksStream, Records }),
    );
    kinesis.destroy();
    await cloud.settle();
    expect(await storedRows("JSON")).toEqual(oracleRows(trades, ["1m"]));
    await using rejected = openDynamoRejectedStore({
      table: config().rejectedTable,
      keepMs: config().rejectedKeepMs,
      clock,
    });
    await using shards = openKinesisShardReader({ stream: config().ticksStream });
    const shard = await shards.name(taken[0]!.ShardId!);
    // Records are kept by the day of their arrival, which may have begun meanwhile.
    const days = utcDays(now, clock.nowMs());
    const kept = await Promise.all(days.map((day) => rejected.list(config().ticksStream, shard, day)));
    expect(
      kept.flat().map(({ count, faults, bytes }) => [count, faults, Buffer.from(bytes).toString("latin1")]),
    ).toEqual([
      [
        2,
        [
          { index: 1, reason: "not-positive" },
          { index: 3, reason: "future" },
        ],
        records[1],
      ],
      [1, [{ index: -1, reason: "unknown-shape" }], records[2]],
    ]);
  },
);

describe("what runs is what is deployed", () => {
  test("each function runs the asset that the template names, byte for byte the bundle", async () => {
    const templates = (await readdir(assembly.dir)).filter((name) => name.endsWith(".template.json"));
    const named = new Map<string, string>();
    for (const name of templates) {
      const { Resources } = await readJson<Template>(name);
      for (const [logicalId, { Type, Properties }] of Object.entries(Resources)) {
        if (Type === "AWS::Lambda::Function") named.set(logicalId, Properties.Code?.S3Key?.replace(".zip", "") ?? "");
      }
    }
    expect(cloud.functions).toHaveLength(named.size);
    for (const { logicalId, assetDir } of cloud.functions) {
      expect(basename(assetDir)).toBe(`asset.${named.get(logicalId)}`);
      const bundles = await Promise.all(
        (await readdir(assembly.bundlesDir)).map((name) => filesOf(join(assembly.bundlesDir, name))),
      );
      expect(bundles).toContainEqual(await filesOf(assetDir));
    }
  });

  test("a change to an asset is a change to what runs", { timeout: 60_000 }, async () => {
    const dir = join(assembly.dir, "../changed");
    await cp(assembly.dir, dir, { recursive: true });
    const fetcher = cloud.functions.find(({ name }) => name === cloud.outputs["FetcherFunctionName"]);
    const asset = join(dir, basename(fetcher!.assetDir), "index.mjs");
    await writeFile(asset, "export const handler = async () => import.meta.url;");
    await using changed = await openLocalCloud({ assemblyDir: dir, schedules: false });
    expect(await changed.invoke(changed.outputs["FetcherFunctionName"]!, {})).toMatch(
      new RegExp(`${basename(fetcher!.assetDir)}/index.mjs$`),
    );
  });
});

interface Template {
  readonly Resources: Readonly<Record<string, { Type: string; Properties: { Code?: { S3Key?: string } } }>>;
}

const readJson = async <Value>(name: string): Promise<Value> =>
  JSON.parse(await readFile(join(assembly.dir, name), "utf8")) as Value;

/** The files of a folder by name, as base64. */
const filesOf = async (dir: string): Promise<Record<string, string>> => {
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const contents = files.map(
    async ({ parentPath, name }) => [name, (await readFile(join(parentPath, name))).toString("base64")] as const,
  );
  return Object.fromEntries(await Promise.all(contents));
};
