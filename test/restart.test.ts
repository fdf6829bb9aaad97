import { execFile, type ExecFileException } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readConfig } from "#lambdas/aggregator/config.ts";
import { assemble } from "../cli/assemble.ts";
import type { RunningCloud } from "../cli/running.ts";
import { startCommand, type RunningCommand } from "./command.ts";
import { oracleRows } from "#oracle/oracle.ts";
import { RUN, runApp, settledOf } from "./restart/restarts.ts";
import { storedRows } from "./restart/stored-rows.ts";
import { csvOfTrades, seededTrades } from "./restart/trades.ts";

const TRADES = seededTrades(7, 120_000, 20);
const EXPECTED = oracleRows(TRADES, ["10s", "1m"]);

let folder: string;
let file: string;
let server: RunningCommand | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "restart-test-"));
  file = join(folder, "trades.csv");
  await writeFile(file, csvOfTrades(TRADES));
});

afterAll(async () => {
  server?.child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

const launch = async (): Promise<RunningCommand> => {
  const data = join(folder, "started");
  server = startCommand("start", ["--headless", "--port", "0", "--file", file, "--speed", "max", "--data", data], {
    environment: { TAPESTREAM_RUNNING: folder, TMPDIR: folder },
  });
  await server.said("Ctrl-C ends it");
  return server;
};

/** The rows in the server's store. */
const rowsOf = async ({ child }: RunningCommand): Promise<readonly string[]> => {
  const running = JSON.parse(await readFile(join(folder, `running-${child.pid}.json`), "utf8")) as RunningCloud;
  Object.assign(process.env, running.environment);
  return storedRows(readConfig(running.aggregator));
};

test(
  "npm start, killed in the middle of a replay and started again on its data, ends with every bar equal to the oracle",
  { timeout: 90_000 },
  async () => {
    const lifeMs = Math.random() * 1_500;
    const killed = await launch();
    await delay(lifeMs);
    killed.child.kill("SIGKILL");
    await killed.ended;
    const again = await launch();
    expect(EXPECTED.length).toBeGreaterThan(500);
    await expect.poll(() => rowsOf(again), { timeout: 40_000, interval: 300 }).toEqual(EXPECTED);
    again.child.kill("SIGINT");
    const { code, stderr } = await again.ended;
    expect([code, stderr], `killed ${lifeMs} ms behind its start`).toEqual([0, expect.not.stringContaining("Error")]);
    // neither run has left a temporary folder, nor the owner's mark
    expect((await readdir(folder)).toSorted()).toEqual(["started", "trades.csv"]);
    expect((await readdir(join(folder, "started"))).toSorted()).toEqual(["dynamodb", "kinesis", "positions", "s3"]);
  },
);

test(
  "a full disk ends it with one sentence, and with space again it goes on to every bar of the oracle",
  { timeout: 90_000 },
  async () => {
    await using assembly = await assemble({ source: `replay:${file}?speed=max`, arrivalWindowSeconds: "2" });
    const dataDir = join(folder, "full");
    const { code, stderr } = await runWithin(256, [RUN, assembly.dir, dataDir]);
    expect(stderr).toMatch(
      /^--data must name a folder that can be read and written to, .*full cannot: .*File too large \[TAPE_DATA_UNAVAILABLE\]\n$/,
    );
    expect(code).toBe(1);
    const last = await runApp(assembly.dir, dataDir);
    expect([last.code, last.stderr]).toEqual([0, ""]);
    expect(settledOf(last)).toMatchObject({ rows: EXPECTED, trades: TRADES.length, rejected: 0 });
  },
);

/** Runs a script that may write no file longer than so many blocks, as on a disk that is full. */
const runWithin = (blocks: number, args: readonly string[]): Promise<{ code: unknown; stderr: string }> =>
  new Promise((resolve) => {
    const command = ["-c", `ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, ...args];
    execFile("sh", command, (error: ExecFileException | null, _, stderr) => resolve({ code: error?.code, stderr }));
  });
