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
import { leftText, watchRun } from "./watch-run.ts";

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

/**
 * Sends a file through a local cloud by its own fetcher, and waits until all of it is folded and stored.
 * @throws PipelineError TAPE_RUN_STALLED when nothing more gets stored
 */
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
  let [stored, isSent] = [0, speed === "max"];
  const look = async (): Promise<void> => {
    const { trades: folded, duplicateTrades } = await counted();
    stored = folded + duplicateTrades;
    progress.show(storedText());
  };
  const storedText = (): string => `${number(stored)} of ${countOf(trades, "trade")} stored`;
  const startedAt = performance.now();
  using watch = watchRun({
    everyMs: PEEK_MS,
    look,
    // A source that keeps its own pace may have nothing to send for a while.
    state: () => (isSent ? storedText() : undefined),
    waitsFor: () => `${storedText()}, ${leftText(cloud.left)}`,
  });
  const send = async (): Promise<FetcherReport> => {
    let report: FetcherReport;
    do report = (await cloud.invoke(fetcher, { source: replayText(file, speed) })) as FetcherReport;
    while (report.status !== "done");
    isSent = true;
    await cloud.settle();
    return report;
  };
  try {
    const report = await Promise.race([send(), watch.stalled]);
    return { report, counts: await counted(), seconds: (performance.now() - startedAt) / 1_000 };
  } finally {
    progress.end();
  }
};
