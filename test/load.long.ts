import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { createSimSource } from "#adapters/feeds/sim-source.ts";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { openDynamoShardStatusStore } from "#adapters/dynamodb/shard-status.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { sumOfCounts, type ShardCounts } from "#core/shard-counts.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { readConfig } from "#lambdas/aggregator/config.ts";
import { openLocalCloud, type LocalCloud } from "#local/cloud.ts";
import { assemble } from "../cli/assemble.ts";
import { aggregatorEnvironment } from "../cli/running.ts";

/**
 * As many seconds' trades of a source that is twice as fast as the pipeline; it takes the pipeline about twice as long:
 * `LOAD_SECONDS=300 npx vitest run --config vitest.long.config.ts test/load.long.ts`
 */
const SECONDS = Number(process.env["LOAD_SECONDS"] ?? 30);
const SYMBOLS = Array.from({ length: 100 }, (_, i) => `S${String(i).padStart(2, "0")}`);
const MEASURED_SECONDS = 15;
const SAMPLE_MS = 2_000;
/** A long run says so often how it goes. */
const PROGRESS_SAMPLES = 15;
const MB = 1_048_576;

/** A cloud that is fed by a simulation, and what its aggregators say. */
const openFed = async (folder: string, source: string) => {
  await using resources = new AsyncDisposableStack();
  const assembly = resources.use(await assemble({ source }));
  const cloud = resources.use(await openLocalCloud({ assemblyDir: assembly.dir, dataDir: folder }));
  Object.assign(process.env, cloud.environment);
  const config = readConfig(aggregatorEnvironment(cloud));
  const statuses = resources.use(openDynamoShardStatusStore({ table: config.checkpointsTable, clock }));
  const opened = resources.move();
  return {
    cloud,
    config,
    counts: async (): Promise<ShardCounts> =>
      sumOfCounts((await statuses.list(config.ticksStream)).map(({ counts }) => counts)),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
};

const sourceText = (rate: number | "max", trades?: number): string =>
  `sim:?seed=5&symbols=${SYMBOLS.join(",")}` +
  (rate === "max" ? "&rate=1000000&speed=max" : `&rate=${rate}`) +
  (trades === undefined ? "" : `&trades=${trades}`);

/** Resident memory of this process and its children, the engines and every function among them, in MB. */
const memoryMb = (): number =>
  execFileSync("ps", ["-o", "rss=", "--ppid", String(process.pid), "-p", String(process.pid)], { encoding: "utf8" })
    .trim()
    .split("\n")
    .reduce((sum, line) => sum + (Number(line) * 1_024) / MB, 0);

const withFolder = async <Value>(work: (folder: string) => Promise<Value>): Promise<Value> => {
  const folder = await mkdtemp(join(tmpdir(), "load-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Trades a second that the pipeline folds when its source is as fast as it can be. */
const sustainableRate = (): Promise<number> =>
  withFolder(async (folder) => {
    await using fed = await openFed(folder, sourceText("max"));
    await delay(3_000);
    const { trades: before } = await fed.counts();
    await delay(MEASURED_SECONDS * 1_000);
    return ((await fed.counts()).trades - before) / MEASURED_SECONDS;
  });

/** What the stored minute bars of all symbols add up to. */
const storedTotals = async (
  cloud: LocalCloud,
  { intervals, panesTable }: ReturnType<typeof readConfig>,
): Promise<{ readonly trades: number; readonly volume: bigint }> => {
  await cloud.settle();
  await using panes = openDynamoPaneStore({ table: panesTable, intervals, clock });
  const range = { intervalMs: durationMs(60_000), startMs: epochMs(clock.nowMs() - 86_400_000), endMs: clock.nowMs() };
  let [trades, volume] = [0, 0n];
  for (const symbol of SYMBOLS) {
    for (const { content } of await panes.range({ ...range, symbol })) {
      trades += content.tradeCount;
      volume += content.volume.units;
    }
  }
  return { trades, volume };
};

const simulatedTotals = async (rate: number, tradeCount: number) => {
  let [trades, volume] = [0, 0n];
  const source = createSimSource({ seed: 5, symbols: SYMBOLS, tradesPerSecond: rate, tradeCount });
  for await (const rows of source.rows(0, epochMs(0))) {
    for (const row of rows) {
      if (row.kind !== "trade") continue;
      trades++;
      volume += BigInt(row.trade.size.units);
    }
  }
  return { trades, volume };
};

const progress = (trades: number, startedMs: number, memory: readonly number[]): string =>
  `${Math.round((clock.nowMs() - startedMs) / 1_000)} s: ${(trades / 1e6).toFixed(1)} million trades, ` +
  `${memory.at(-1)!.toFixed(0)} MB`;

test(
  "a source twice as fast as the pipeline is kept waiting: memory stays bounded, nothing is lost, and it catches up",
  { timeout: (SECONDS * 12 + 300) * 1_000 },
  async () => {
    const sustainable = Math.round(await sustainableRate());
    const rate = 2 * sustainable;
    const tradeCount = rate * SECONDS;
    await withFolder(async (folder) => {
      await using fed = await openFed(folder, sourceText(rate, tradeCount));
      const memory: number[] = [];
      const startedMs = clock.nowMs();
      for (let trades = 0; trades < tradeCount; { trades } = await fed.counts()) {
        expect(clock.nowMs() - startedMs, `${trades} of ${tradeCount} trades`).toBeLessThan(SECONDS * 10_000 + 60_000);
        await delay(SAMPLE_MS);
        memory.push(memoryMb());
        if (memory.length % PROGRESS_SAMPLES === 0) process.stdout.write(`${progress(trades, startedMs, memory)}\n`);
      }
      const seconds = (clock.nowMs() - startedMs) / 1_000;
      const third = Math.ceil(memory.length / 3);
      const [early, late] = [Math.max(...memory.slice(0, 2 * third)), Math.max(...memory.slice(2 * third))];
      process.stdout.write(
        `${sustainable} trades a second are sustainable; ${tradeCount} at ${rate} a second took ${seconds.toFixed(0)} s; ` +
          `memory of all processes at most ${early.toFixed(0)} MB, in the last third ${late.toFixed(0)} MB\n`,
      );
      expect(late).toBeLessThan(early * 1.25 + 50);
      const { lateTrades, duplicateTrades, rejected } = await fed.counts();
      expect({ lateTrades, duplicateTrades, rejected }).toEqual({ lateTrades: 0, duplicateTrades: 0, rejected: 0 });
      expect(await storedTotals(fed.cloud, fed.config)).toEqual(await simulatedTotals(rate, tradeCount));
    });
  },
);
