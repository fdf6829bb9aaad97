import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRandom, type Random } from "#core/random.ts";
import { assemble } from "../cli/assemble.ts";
import { oracleRows } from "#oracle/oracle.ts";
import { runApp, settledOf, timesOf, type Kill, type Run } from "./restart/restarts.ts";
import { csvOfTrades, seededTrades } from "./restart/trades.ts";

/** `RESTART_SEED=7 RESTART_KILLS=200 npm run test:long restart` looks elsewhere, and longer. */
const SEED = Number(process.env["RESTART_SEED"] ?? 1);
const KILLS = Number(process.env["RESTART_KILLS"] ?? 50);
const SPEED = 20;
/** Trades come for about as long as the runs take together. */
const LIFE_MS = 2_200;
const TRADES_PER_SECOND = 400;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "restart-long-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test(
  `${KILLS} kills and restarts on one data folder (seed ${SEED}) end with every bar equal to the oracle`,
  { timeout: 60_000 + KILLS * 6_000 },
  async () => {
    const random = createRandom(SEED);
    const count = Math.round((KILLS * LIFE_MS * TRADES_PER_SECOND) / 1_000);
    const trades = seededTrades(SEED, count, (1_000 / TRADES_PER_SECOND) * SPEED);
    const file = join(folder, "trades.csv");
    await writeFile(file, csvOfTrades(trades));
    const source = `replay:${file}?speed=${SPEED}`;
    await using assembly = await assemble({ source, shards: "2", arrivalWindowSeconds: "2" });
    const dataDir = join(folder, "data");
    const runs: Run[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const run = await runApp(assembly.dir, dataDir, killOf(random));
      expect([run.code, run.stderr]).toEqual([null, ""]);
      runs.push(run);
    }
    const last = await runApp(assembly.dir, dataDir);
    expect([last.code, last.stderr]).toEqual([0, ""]);
    const settled = settledOf(last)!;
    report(runs, last);
    const expected = oracleRows(trades, ["10s", "1m"]);
    expect(expected.length).toBeGreaterThan(100);
    expect(settled.rows).toEqual(expected);
    expect([settled.trades, settled.rejected]).toEqual([trades.length, 0]);
  },
);

/** Some die while they start, some before they have delivered anything, some at work. */
const killOf = (random: Random): Kill => {
  const kind = random();
  if (kind < 0.25) return { behind: "started", delayMs: random() * 800 };
  if (kind < 0.5) return { behind: "opened", delayMs: random() * 800 };
  return { behind: "delivered", delayMs: random() * 1_500 };
};

const report = (runs: readonly Run[], last: Run): void => {
  const middle = (times: readonly number[]): number => Math.round(times[Math.floor(times.length / 2)] ?? 0);
  const [opened, delivered] = [timesOf(runs, "opened"), timesOf(runs, "delivered")];
  const settled = settledOf(last)!;
  process.stdout.write(
    [
      `${opened.length} of ${runs.length} runs opened, in the middle after ${middle(opened)} ms`,
      `${delivered.length} delivered, after ${middle(delivered)} ms, at most ${Math.round(delivered.at(-1) ?? 0)} ms`,
      `processes ended at most ${Math.round(Math.max(...runs.map(({ endedMs }) => endedMs)))} ms behind the kill`,
      `${settled.rows.length} bars of ${settled.trades} trades, ${settled.duplicateTrades} came twice`,
      "",
    ].join("\n"),
  );
};
