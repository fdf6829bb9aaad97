import { setTimeout as delay } from "node:timers/promises";
import { openDynamoShardStatusStore } from "#adapters/dynamodb/shard-status.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { sumOfCounts } from "#core/shard-counts.ts";
import { readConfig } from "#lambdas/aggregator/config.ts";
import { openLocalCloud, type LocalCloud } from "#local/cloud.ts";
import { endBuilder } from "#tools/build-web.ts";
import { assemble } from "../cli/assemble.ts";
import { aggregatorEnvironment } from "../cli/running.ts";
import { warmUp } from "../cli/start-warm.ts";
import type { Benchmark, BenchmarkContext } from "./benchmark.ts";
import { letCome } from "./crowd.ts";
import { figureOf, percentileOf, type Figure } from "./figure.ts";
import { SYMBOLS } from "./pipeline-rig.ts";
import { familyUsage } from "./process-usage.ts";

const CROWDS = [1, 20, 200] as const;
const TRADES = 100_000;
const TRADES_PER_SECOND = 1_000;
/** The functions behind the last crowd's leaving are done by then. */
const REST_MS = 3_000;
const PEEK_MS = 250;

/** What a page asks for: half an hour of a watchlist of 20 symbols. */
const QUESTION = { action: "subscribe", symbols: SYMBOLS.slice(0, 20), interval: "1m", bars: 30 } as const;

const FIGURES = ["connect.open_ms", "connect.bars_ms", "connect.cpu_ms"];

/** Pages that come all at once to `npm start`, each with a ticket of its own, while nothing trades and while something does. */
export const connectBenchmark: Benchmark = {
  names: FIGURES,
  measure: async function* (context) {
    yield* measureCrowds(context, "idle", `rate=${TRADES_PER_SECOND}&speed=max&trades=${TRADES}`);
    if (!context.isQuick) yield* measureCrowds(context, "1,000 trades/s", `rate=${TRADES_PER_SECOND}`);
  },
};

async function* measureCrowds(
  { isQuick, progress }: BenchmarkContext,
  title: string,
  market: string,
): AsyncIterable<Figure> {
  progress(`connect: ${title}`);
  const symbols = SYMBOLS.join(",");
  await using assembly = await assemble({ source: `sim:?seed=5&symbols=${symbols}&${market}`, symbols });
  await endBuilder();
  await using cloud = await openLocalCloud({ assemblyDir: assembly.dir });
  const isIdle = title === "idle";
  await untilFolded(cloud, TRADES_PER_SECOND);
  if (isIdle) await cloud.settle();
  await warmUp(cloud);
  for (const pages of isQuick ? [5] : CROWDS) {
    await delay(REST_MS);
    progress(`connect: ${title}, ${pages} at once`);
    const before = cpuMs();
    const [ticketsUrl, webSocketUrl] = [`${cloud.httpApiUrl}/tickets`, cloud.webSocketUrl!];
    const times = await letCome({ ticketsUrl, webSocketUrl, pages, question: QUESTION });
    const usedMs = cpuMs() - before;
    const name = `${title}, ${pages} at once`;
    yield* shares(
      "connect.open_ms",
      name,
      times.map(({ openMs }) => openMs),
    );
    yield* shares(
      "connect.bars_ms",
      name,
      times.map(({ barsMs }) => barsMs),
    );
    if (isIdle && usedMs > 0)
      yield figureOf({ name: "connect.cpu_ms", case: `${name}, per page`, unit: "ms" }, [usedMs / pages]);
  }
}

/** Resolves when so many trades are in bars. */
const untilFolded = async (cloud: LocalCloud, trades: number): Promise<void> => {
  Object.assign(process.env, cloud.environment);
  const { ticksStream, checkpointsTable } = readConfig(aggregatorEnvironment(cloud));
  await using statuses = openDynamoShardStatusStore({ table: checkpointsTable, clock });
  const folded = async (): Promise<number> => {
    const shards = await statuses.list(ticksStream);
    return sumOfCounts(shards.map(({ counts }) => counts)).trades;
  };
  while ((await folded()) < trades) await delay(PEEK_MS);
};

/** CPU of this process, which holds engines and gateways, and of all functions; 0 on other systems than Linux. */
const cpuMs = (): number => [...familyUsage().values()].reduce((sum, usage) => sum + usage.cpuMs, 0);

const shares = (name: string, title: string, timesMs: readonly number[]): readonly Figure[] => [
  figureOf({ name, case: `${title}, p50`, unit: "ms" }, timesMs),
  figureOf({ name, case: `${title}, p95`, unit: "ms" }, [percentileOf(timesMs, 0.95)]),
];
