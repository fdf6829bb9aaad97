import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { createSimSource, type SimSetting } from "#adapters/feeds/sim-source.ts";
import { openDynamoLeaseStore } from "#adapters/dynamodb/lease-store.ts";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { openDynamoShardStatusStore } from "#adapters/dynamodb/shard-status.ts";
import { openKinesisShardReader } from "#adapters/kinesis/shard-reader.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import { decimalText } from "#core/decimal.ts";
import { intervalText } from "#core/interval.ts";
import type { ShardStatusStore } from "#core/ports/shard-status.ts";
import { sumOfCounts } from "#core/shard-counts.ts";
import { BEYOND_ALL, durationMs, epochMs, type EpochMs } from "#core/units.ts";
import { readConfig, type AggregatorConfig } from "#lambdas/aggregator/config.ts";
import { readConfig as readFetcherConfig } from "#lambdas/fetcher/config.ts";
import { readProgress } from "#lambdas/source-progress.ts";
import { openLocalCloud, type CloudEvent, type LocalCloud } from "#local/cloud.ts";
import { createOracleFold } from "#oracle/oracle.ts";
import { assemble } from "../cli/assemble.ts";
import { openHeadlessClient } from "../cli/chaos/client.ts";
import { aggregatorEnvironment } from "../cli/running.ts";

/** How long trades come; `RATE_SECONDS=10 npx vitest run --config vitest.long.config.ts test/rate.long.ts` */
const SECONDS = Number(process.env["RATE_SECONDS"] ?? 60);
const TRADES_PER_SECOND = 200_000;
const SHARDS = 2;
const MAX_LAG_MS = 2_000;
/** What a shard takes each second. Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const SHARD_LIMIT = { records: 1_000, bytes: 1_048_576 } as const;
const SAMPLE_MS = 100;
const SYMBOLS = Array.from({ length: 500 }, (_, i) => (i + 360).toString(36).toUpperCase());
/** Busy and quiet ones. */
const WATCHED = SYMBOLS.filter((_, i) => i % 25 === 0);
const WATCHED_MS = durationMs(10_000);

const SIMULATION: SimSetting = {
  seed: 11,
  symbols: SYMBOLS,
  tradesPerSecond: TRADES_PER_SECOND,
  tradeCount: TRADES_PER_SECOND * SECONDS,
};
const SOURCE = `sim:?seed=11&symbols=${SYMBOLS.join(",")}&rate=${TRADES_PER_SECOND}&trades=${SIMULATION.tradeCount}`;

/** How far aggregators had come at a moment. */
interface Sample {
  readonly atMs: EpochMs;
  readonly trades: number;
  /** The event time up to which the slower shard had folded. */
  readonly foldedMs: number;
}

/** Looks again and again until all trades are folded. */
const follow = async (statuses: ShardStatusStore, stream: string): Promise<readonly Sample[]> => {
  const samples: Sample[] = [];
  for (let trades = 0; trades < SIMULATION.tradeCount!;) {
    const atMs = clock.nowMs();
    expect(samples.length, `${trades} of ${SIMULATION.tradeCount} trades`).toBeLessThan((SECONDS * 2_000) / SAMPLE_MS);
    const shards = await statuses.list(stream);
    ({ trades } = sumOfCounts(shards.map(({ counts }) => counts)));
    const foldedMs = Math.min(...shards.map(({ newestEventTimeMs }) => newestEventTimeMs ?? 0));
    if (shards.length === SHARDS) samples.push({ atMs, trades, foldedMs });
    await delay(SAMPLE_MS);
  }
  return samples;
};

/** When the fetcher's first run began, from which simulated times count. */
const startOf = async (cloud: LocalCloud): Promise<EpochMs> => {
  const fetcher = cloud.functions.find(({ name }) => name === cloud.outputs["FetcherFunctionName"]);
  await using leases = openDynamoLeaseStore({ table: readFetcherConfig(fetcher!.environment).leasesTable, clock });
  const lease = await leases.get(SOURCE);
  return epochMs(readProgress(lease!.state!).startedAtMs);
};

/** What the oracle makes of the trades, simulated once more, and the time of the last one. */
const expected = async (startedAtMs: EpochMs, intervals: readonly string[]) => {
  const fold = createOracleFold(intervals);
  let [lastMs, batches] = [0, 0];
  for await (const rows of createSimSource(SIMULATION).rows(0, startedAtMs)) {
    // The cloud lives in this process, and a client that hears nothing of it for long connects anew.
    if (++batches % 100 === 0) await delay(0);
    for (const row of rows) {
      if (row.kind !== "trade") continue;
      const { symbol, price, size, eventTimeMs: time, sequence } = row.trade;
      fold.add({ symbol, price: decimalText(price), size: decimalText(size), time, sequence });
      lastMs = time;
    }
  }
  return { rows: fold.rows(), lastMs };
};

const storedRows = async ({ panesTable, intervals }: AggregatorConfig, startedAtMs: EpochMs): Promise<string[]> => {
  await using panes = openDynamoPaneStore({ table: panesTable, intervals, clock });
  const range = { startMs: epochMs(startedAtMs - 3_600_000), endMs: epochMs(clock.nowMs() + 3_600_000) };
  const rows: string[] = [];
  for (const symbol of SYMBOLS) {
    for (const { intervalMs } of intervals) {
      const bars = barsOf(await panes.range({ ...range, symbol, intervalMs }), intervalMs);
      rows.push(...bars.map((bar) => barRow(bar).join(",")));
    }
  }
  return rows;
};

interface ShardTraffic {
  readonly records: number;
  readonly bytes: number;
  /** Of the busiest second. */
  readonly mostRecords: number;
  readonly mostBytes: number;
}

/** What the stream really took of a shard's records, by the second of their arrival. */
const trafficOf = async (stream: string, shard: string): Promise<ShardTraffic> => {
  await using reader = openKinesisShardReader({ stream });
  const seconds = new Map<number, { records: number; bytes: number }>();
  for await (const records of reader.read(shard, { after: undefined, before: BEYOND_ALL })) {
    for (const { arrivalTimeMs, data } of records) {
      const second = Math.floor(arrivalTimeMs / 1_000);
      const before = seconds.get(second) ?? { records: 0, bytes: 0 };
      seconds.set(second, { records: before.records + 1, bytes: before.bytes + data.length });
    }
  }
  const all = [...seconds.values()];
  return {
    records: all.reduce((sum, { records }) => sum + records, 0),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    mostRecords: Math.max(...all.map(({ records }) => records)),
    mostBytes: Math.max(...all.map(({ bytes }) => bytes)),
  };
};

/** Holds what the stream took against what its shards may take. */
const expectToFit = async (stream: string, shards: readonly string[]): Promise<void> => {
  const traffic = await Promise.all(shards.map((shard) => trafficOf(stream, shard)));
  const bytes = traffic.reduce((sum, shard) => sum + shard.bytes, 0);
  const records = traffic.reduce((sum, shard) => sum + shard.records, 0);
  const busiest = traffic.map(({ mostRecords, mostBytes }) => `${mostRecords} records and ${mostBytes} bytes`);
  const trades = SIMULATION.tradeCount!;
  say(`${(bytes / trades).toFixed(2)} bytes a trade, ${(trades / records).toFixed(0)} trades a record`);
  say(`a second: ${(bytes / SECONDS / 1e6).toFixed(2)} MB, ${(records / SECONDS).toFixed(0)} records`);
  say(`in the busiest second of either shard: ${busiest.join("; ")}`);
  for (const shard of traffic) {
    expect(shard.records / SECONDS).toBeLessThanOrEqual(SHARD_LIMIT.records);
    expect(shard.bytes / SECONDS).toBeLessThanOrEqual(SHARD_LIMIT.bytes);
  }
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** What is told of here explains a run that does not end: batches and runs that fail are tried again and again. */
const sayFailure = (event: CloudEvent): void => {
  if (["batch-failed", "batch-discarded", "schedule-failed", "stream-unread"].includes(event.kind))
    say(JSON.stringify(event));
};

const sayLag = (samples: readonly Sample[], lastMs: number, lagMs: number): void => {
  const lags = samples
    .filter(({ atMs }) => atMs < lastMs)
    .map(({ atMs, foldedMs }) => atMs - foldedMs)
    .toSorted((a, b) => a - b);
  const at = (share: number): string => `${lags[Math.floor(share * (lags.length - 1))]} ms`;
  say(`lag p50 ${at(0.5)}, p99 ${at(0.99)}, at most ${at(1)}, at the end ${lagMs} ms`);
};

test(
  `${TRADES_PER_SECOND} trades a second of 500 symbols for ${SECONDS} s: folded within 2 s, in two shards, and every bar as the oracle says`,
  { timeout: (SECONDS * 4 + 120) * 1_000 },
  async () => {
    await using assembly = await assemble({ source: SOURCE, shards: String(SHARDS), access: "public" });
    await using cloud = await openLocalCloud({ assemblyDir: assembly.dir, onEvent: sayFailure });
    Object.assign(process.env, cloud.environment);
    const config = readConfig(aggregatorEnvironment(cloud));
    await using client = openHeadlessClient({
      webSocketUrl: cloud.webSocketUrl!,
      symbols: WATCHED,
      intervalsMs: [WATCHED_MS],
    });
    await client.whole(0);
    await using statuses = openDynamoShardStatusStore({ table: config.checkpointsTable, clock });
    const samples = await follow(statuses, config.ticksStream);
    say(`all folded after ${((samples.at(-1)!.atMs - samples[0]!.atMs) / 1_000).toFixed(1)} s`);
    await cloud.settle();
    const shards = await statuses.list(config.ticksStream);
    const { trades, lateTrades, duplicateTrades, rejected } = sumOfCounts(shards.map(({ counts }) => counts));
    const counts = { trades, lateTrades, duplicateTrades, rejected };
    expect(counts).toEqual({ trades: SIMULATION.tradeCount, lateTrades: 0, duplicateTrades: 0, rejected: 0 });

    const startedAtMs = await startOf(cloud);
    const { rows, lastMs } = await expected(
      startedAtMs,
      config.intervals.map(({ intervalMs }) => intervalText(intervalMs)),
    );
    const lagMs = samples.at(-1)!.atMs - lastMs;
    sayLag(samples, lastMs, lagMs);
    expect(await storedRows(config, startedAtMs)).toEqual(rows);
    const watched = new Set(WATCHED.map((symbol) => `${symbol},${intervalText(WATCHED_MS)}`));
    await expect
      .poll(() => client.rows(new Map([[WATCHED_MS, epochMs(0)]])), { timeout: 20_000, interval: 100 })
      .toEqual(rows.filter((row) => watched.has(row.split(",").slice(0, 2).join(","))));
    await expectToFit(
      config.ticksStream,
      shards.map(({ shard }) => shard),
    );
    expect(lagMs).toBeLessThanOrEqual(MAX_LAG_MS);
  },
);
