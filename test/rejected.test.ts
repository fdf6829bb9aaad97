import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { invocationRecordText } from "#adapters/failure-bucket/fixture.ts";
import { openKinesisClient } from "#adapters/kinesis/client.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import type { FailedBatch } from "#core/ports/failed-batch-store.ts";
import { durationMs, epochMs, sequenceNumber } from "#core/units.ts";
import { readConfig } from "#lambdas/aggregator/config.ts";
import { openLocalCloud, type CloudEvent } from "#local/cloud.ts";
import { assemble, type Assembly } from "../cli/assemble.ts";
import { runCommandLine, type Ended } from "./command.ts";
import { oracleRows, type OracleTrade } from "#oracle/oracle.ts";

const MINUTE = durationMs(60_000);
/** The app allows for a second, so that nobody waits for long until a trade is of the future no more. */
const AHEAD_MS = 4_000;
const WINDOW_MS = 1_000;

let assembly: Assembly;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rejected-test-"));
  process.env["TAPESTREAM_RUNNING"] = folder;
  assembly = await assemble({
    clockSkewMs: "1000",
    arrivalWindowSeconds: String(WINDOW_MS / 1_000),
    batchingWindowSeconds: "0",
    retryAttempts: "1",
  });
});

afterAll(async () => {
  await assembly[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** A cloud that commands find, and whose functions die when they are told to. */
const openCloud = async (kills: number, idleCloseMs: number) => {
  const { announce, aggregatorEnvironment } = await import("../cli/running.ts");
  const resources = new AsyncDisposableStack();
  const events: CloudEvent[] = [];
  const faults = Array.from({ length: kills }, (_, seed) => ({ kind: "kill" as const, atRecord: 1, seed }));
  const cloud = resources.use(
    await openLocalCloud({
      assemblyDir: assembly.dir,
      schedules: false,
      idleCloseMs: durationMs(idleCloseMs),
      misbehaviour: {
        plan: { faults },
        isMeant: ({ environment }) => "BARS_STREAM" in environment && "INTERVALS_MS" in environment,
      },
      onEvent: (event) => events.push(event),
    }),
  );
  resources.use(await announce(cloud, "a test"));
  Object.assign(process.env, cloud.environment);
  const kinesis = openKinesisClient();
  resources.defer(() => kinesis.destroy());
  return {
    cloud,
    events,
    kinesis,
    config: readConfig(aggregatorEnvironment(cloud)),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
};

const rejected = (...flags: string[]): Promise<Ended> => runCommandLine("rejected", flags);

const put = async (kinesis: KinesisClient, stream: string, texts: readonly string[]): Promise<void> => {
  const Records = texts.map((text) => ({ PartitionKey: "same", Data: Buffer.from(text, "latin1") }));
  await kinesis.send(new PutRecordsCommand({ StreamName: stream, Records }));
};

const rows = async ({ panesTable, intervals }: ReturnType<typeof readConfig>): Promise<string[]> => {
  await using panes = openDynamoPaneStore({ table: panesTable, intervals, clock });
  const range = { symbol: "A", intervalMs: MINUTE, startMs: epochMs(Date.now() - 3_600_000) };
  return barsOf(await panes.range({ ...range, endMs: epochMs(Date.now() + 60_000) }), MINUTE).map((bar) =>
    barRow(bar).join(","),
  );
};

const json = ({ time, ...trade }: OracleTrade): string => JSON.stringify({ ...trade, eventTimeMs: time });

const tradesAt = (times: readonly number[]): readonly OracleTrade[] =>
  times.map((time, sequence) => ({ symbol: "A", price: String(10 + sequence), size: "1", time, sequence }));

test("what was rejected is listed, and once it can be true put again, once", { timeout: 90_000 }, async () => {
  await using opened = await openCloud(0, 200);
  const { cloud, kinesis, config } = opened;
  const nowMs = Date.now();
  const [past, soon] = tradesAt([nowMs - 1_000, nowMs + AHEAD_MS]) as [OracleTrade, OracleTrade];
  const negative = { ...past, price: "-1", sequence: 9 };
  await put(kinesis, config.ticksStream, ["\u0000poison", [past, soon, negative].map(json).join("\n")]);
  await cloud.settle();
  const [listed, asJson] = [await rejected(), await rejected("--json", "--days", "2", "--limit", "1")];
  while (Date.now() <= soon.time) await clock.sleep(durationMs(100));
  const first = await rejected("--redrive");
  const second = await rejected("--redrive", "--json");
  await cloud.settle();
  expect([listed.code, listed.stderr]).toEqual([0, ""]);
  expect(listed.stdout).toMatch(/ the whole record: unknown-shape\n +\\x00poison\n/);
  expect(listed.stdout).toMatch(/ 2 trades: future at 1, not-positive at 2\n +\{"symbol":"A","price":"10"/);
  expect(listed.stdout).toMatch(/2 rejected records, 3 refused trades, 0 put again, .* to .*\n/);
  expect(listed.stdout).toMatch(/ {2}future +1\n {2}not-positive +1\n {2}unknown-shape +1\n$/);
  const [record, totals] = asJson.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(record).toMatchObject({ count: 1, faults: [{ index: -1, reason: "unknown-shape" }], start: "\\x00poison" });
  expect(totals).toMatchObject({ records: 2, refused: 3, reasons: { future: 1 }, tradesPutAgain: 0 });
  expect([first.code, first.stderr]).toEqual([0, ""]);
  expect(first.stdout).toMatch(
    / still refused: unknown-shape\n.* put 1 trade again, still refused: not-positive at 2\n/,
  );
  expect(first.stdout).toMatch(/put 1 trade of 2 rejected records again\n$/);
  expect(second.stdout).toMatch(/\{"records":2,"tradesPut":0,"failures":0\}\n$/);
  expect(await rows(config)).toEqual(oracleRows([past, soon], ["1m"]));
});

test("a batch that was given up and read again by the next one is not put again", { timeout: 90_000 }, async () => {
  // The window of an idle shard would be over some time, and its last invocation read what the given up batch held.
  await using opened = await openCloud(2, 3_600_000);
  const { cloud, events, kinesis, config } = opened;
  const nowMs = Date.now();
  const [given, later] = tradesAt([nowMs - 2_000, nowMs - 1_000]) as [OracleTrade, OracleTrade];
  await put(kinesis, config.ticksStream, [json(given)]);
  await expect.poll(() => events.some(({ kind }) => kind === "batch-discarded"), { timeout: 20_000 }).toBe(true);
  const waiting = await rejected("--failed");
  const early = await rejected("--failed", "--redrive");
  await put(kinesis, config.ticksStream, [json(later)]);
  // What comes in the next window ends the one before.
  await clock.sleep(durationMs(WINDOW_MS));
  await put(kinesis, config.ticksStream, [json({ ...later, symbol: "B" })]);
  const expected = oracleRows([given, later], ["1m"]);
  await expect.poll(() => rows(config), { timeout: 20_000, interval: 100 }).toEqual(expected);
  const healed = await rejected("--failed", "--json");
  const redriven = await rejected("--failed", "--redrive");
  const again = await rejected("--failed");
  expect(waiting.stdout).toMatch(
    /failed batches: 1 waiting, 0 done; records: 0 folded, 1 to be read by the next batch, 0 lost\n$/,
  );
  expect([early.code, early.stdout]).toEqual([
    0,
    expect.stringMatching(/ waits for the next batch: .*\nput 0 trades of 0 lost records again\n$/),
  ]);
  expect(healed.stdout).toMatch(/"folded":1,"waiting":0,"lost":0\}\n\{"batches":1,"unreadable":0,"done":0,/);
  expect([redriven.code, redriven.stderr]).toEqual([0, ""]);
  expect(redriven.stdout).toMatch(/ done: 1 folded, .*\nput 0 trades of 0 lost records again\n$/);
  expect(again.stdout).toMatch(/^failed batches: 0 waiting, 1 done; /);
  expect(await readdir(join(cloud.bucketsDir, cloud.outputs["FailureBucketName"]!))).toContain("redriven");
  expect(await rows(config)).toEqual(expected);
});

test("a lost record is put again once, here and by the names of the stacks' outputs", { timeout: 90_000 }, async () => {
  await using opened = await openCloud(0, 200);
  const { cloud, kinesis, config } = opened;
  const [lost, folded] = tradesAt([Date.now() - 2_000, Date.now() - 1_000]) as [OracleTrade, OracleTrade];
  await put(kinesis, config.ticksStream, [json(folded)]);
  await cloud.settle();
  // Before the first record that was ever read: the stream has it no more, and nobody has folded it.
  const batch: FailedBatch = {
    stream: config.ticksStream,
    shardId: "shardId-000000000000",
    records: [
      { sequenceNumber: sequenceNumber("1"), arrivalTimeMs: clock.nowMs(), data: Buffer.from(`${json(lost)}\n{`) },
    ],
  };
  const files = join(cloud.bucketsDir, cloud.outputs["FailureBucketName"]!, "aws/lambda/m/shardId-000000000000");
  await mkdir(files, { recursive: true });
  await writeFile(join(files, "one"), invocationRecordText(batch));
  await writeFile(join(files, "same"), invocationRecordText(batch));
  const listed = await rejected("--failed", "--limit", "1");
  const first = await rejected("--failed", "--redrive");
  const second = await rejected("--failed", "--redrive", "--json");
  await cloud.settle();
  const names = Object.entries({
    "--rejected-table": config.rejectedTable,
    "--checkpoints-table": config.checkpointsTable,
    "--leases-table": cloud.outputs["LeasesTableName"]!,
    "--ticks-stream": config.ticksStream,
  }).flat();
  const [here, byName] = [await rejected(), await rejected(...names)];
  const redriven = await rejected("--redrive", ...names);
  expect(listed.stdout).toMatch(/… and 1 more\nfailed batches: 2 waiting, 0 done; .* 2 lost\n$/);
  expect([first.code, first.stderr]).toEqual([0, ""]);
  expect(first.stdout).toMatch(/one {2}done: put 1 trade of 1 lost record again, 1 trade rejected\n/);
  expect(first.stdout).toMatch(/same {2}done: put 0 trades of 0 lost records again, 1 record brought elsewhere\n/);
  expect(JSON.parse(second.stdout)).toEqual({ batches: 0, recordsPut: 0, tradesPut: 0, waiting: 0, failures: 0 });
  expect(here.stdout).toMatch(/ 1 {2}1 trade: malformed-json at 1\n/);
  expect(byName).toEqual(here);
  expect([redriven.code, redriven.stdout]).toEqual([0, expect.stringMatching(/ still refused: malformed-json at 1\n/)]);
  expect(await rows(config)).toEqual(oracleRows([lost, folded], ["1m"]));
});

describe("rejected refuses what it cannot do in one sentence", () => {
  const usage = "; --help says what there is [TAPE_USAGE]\n";
  test.each([
    [["--day", "7.10.2013"], '--day must be a day like 2013-10-07, was "7.10.2013"'],
    [["--day", "2013-02-30"], '--day must be a day like 2013-10-07, was "2013-02-30"'],
    [["--day", "2013-10-07", "--days", "2"], "--day and --days cannot go together"],
    [["--days", "0"], '--days must be a whole number from 1 to 3660, was "0"'],
    [["--limit", "many"], '--limit must be a whole number from 0 to 999999999, was "many"'],
    [["--failed", "--days", "2"], "--failed means all batches, and goes without --day, --days and --shard"],
    [["--rejected-table", "r"], "--rejected-table must go with --checkpoints-table"],
    [
      ["--ticks-stream", "t", "--store", "1"],
      "--store is of this machine, --ticks-stream of AWS: they cannot go together",
    ],
    [
      ["--failed", "--rejected-table", "r", "--checkpoints-table", "c", "--leases-table", "l", "--ticks-stream", "t"],
      "--failed must go with --failure-bucket",
    ],
    [["again"], 'only flags are known, was given "again"'],
  ])("%j", async (flags, sentence) => {
    expect(await rejected(...flags)).toEqual({ code: 2, stdout: "", stderr: sentence + usage });
  });

  test("when no store runs", async () => {
    const { code, stderr } = await rejected();
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^a store must be running, .* \[TAPE_STORE_UNAVAILABLE\]\n$/),
    ]);
  });
});
