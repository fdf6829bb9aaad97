import { openDynamoCheckpointStore } from "#adapters/dynamodb/checkpoint-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { sumOfCounts, type ShardCounts } from "#core/shard-counts.ts";
import { readConfig } from "#lambdas/aggregator/config.ts";
import type { FetcherReport } from "#lambdas/fetcher/fetcher.ts";
import { replayText } from "#lambdas/fetcher/source-spec.ts";
import type { LocalCloud } from "#local/cloud.ts";
import { countOf, number } from "./output.ts";
import type { ProgressLine } from "./progress-line.ts";
import { aggregatorEnvironment } from "./running.ts";

export interface ReplayRun {
  readonly file: string;
  readonly speed: number | "max";
  readonly trades: number;
}

export interface ReplayResult {
  readonly report: FetcherReport;
  /** Summed over all shards. */
  readonly counts: ShardCounts;
  /** From the first frame until all was folded and stored. */
  readonly seconds: number;
}

const PEEK_MS = 500;

/** Sends a file through a local cloud by its own fetcher, and waits until all of it is folded and stored. */
export const runReplay = async (
  cloud: LocalCloud,
  { file, speed, trades }: ReplayRun,
  progress: ProgressLine,
): Promise<ReplayResult> => {
  const fetcher = cloud.outputs["FetcherFunctionName"];
  if (fetcher === undefined) throw new RangeError("the app must name its fetcher, did not");
  const { checkpointsTable, ticksStream } = readConfig(aggregatorEnvironment(cloud));
  await using checkpoints = openDynamoCheckpointStore({ table: checkpointsTable, clock });
  const counted = async (): Promise<ShardCounts> =>
    sumOfCounts((await checkpoints.list(ticksStream)).map(({ counts }) => counts));
  const peek = async (): Promise<void> => {
    const { trades: folded, duplicateTrades } = await counted();
    progress.show(`${number(folded + duplicateTrades)} of ${countOf(trades, "trade")} stored`);
  };
  const startedAt = performance.now();
  const timer = setInterval(() => void peek().catch(() => undefined), PEEK_MS);
  try {
    let report: FetcherReport;
    do report = (await cloud.invoke(fetcher, { source: replayText(file, speed) })) as FetcherReport;
    while (report.status !== "done");
    await cloud.settle();
    return { report, counts: await counted(), seconds: (performance.now() - startedAt) / 1_000 };
  } finally {
    clearInterval(timer);
    progress.end();
  }
};
