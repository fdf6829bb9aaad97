/**
 * One run of the app on a kept data folder: it holds the folder, opens the local cloud and says when, and when the
 * aggregator first had a batch. With `to-end` it waits for the end of the feed and until all is settled, says what is
 * stored and ends; else it runs until it is killed. Its arguments are the folder of the synthesized app, the data folder,
 * and perhaps `to-end`.
 */
import { openDynamoCheckpointStore } from "#adapters/dynamodb/checkpoint-store.ts";
import { openDynamoLeaseStore } from "#adapters/dynamodb/lease-store.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { sumOfCounts } from "#core/shard-counts.ts";
import { durationMs } from "#core/units.ts";
import { readConfig as readAggregatorConfig } from "#lambdas/aggregator/config.ts";
import { readConfig as readFetcherConfig } from "#lambdas/fetcher/config.ts";
import { readProgress } from "#lambdas/source-progress.ts";
import { openLocalCloud } from "#local/cloud.ts";
import { openDataFolder } from "../../cli/data-folder.ts";
import { endLeaseOfDeadRun } from "../../cli/feed-lease.ts";
import { aggregatorEnvironment } from "../../cli/running.ts";
import { storedRows } from "./stored-rows.ts";

/** What a run says, a line of JSON each. */
export type Said =
  | { readonly kind: "opened" | "delivered"; readonly sinceStartMs: number }
  | {
      readonly kind: "settled";
      /** The rows of all bars in the store. */
      readonly rows: readonly string[];
      readonly trades: number;
      readonly duplicateTrades: number;
      readonly rejected: number;
    };

const POLL_MS = durationMs(50);

const say = (said: Said): void => void process.stdout.write(`${JSON.stringify(said)}\n`);

const [assemblyDir = "", dataDir = "", until] = process.argv.slice(2);
await using _ = await openDataFolder(dataDir);
let aggregator = "";
await using cloud = await openLocalCloud({
  assemblyDir,
  dataDir,
  idleCloseMs: durationMs(200),
  environment: { LOG_LEVEL: "ERROR" },
  onProvisioned: async (provisioned) => {
    aggregator = provisioned.functions.find(({ environment }) => "INTERVALS_MS" in environment)?.name ?? "";
    await endLeaseOfDeadRun(provisioned);
  },
  onEvent: (event) => {
    if (event.kind !== "invoked" || event.functionName !== aggregator || event.errorType !== undefined) return;
    aggregator = "";
    say({ kind: "delivered", sinceStartMs: performance.now() });
  },
});
say({ kind: "opened", sinceStartMs: performance.now() });

const config = readAggregatorConfig(aggregatorEnvironment(cloud));
const fetcher = cloud.functions.find(({ environment }) => "SOURCE" in environment)!;
const { leasesTable, source } = readFetcherConfig(fetcher.environment);
await using leases = openDynamoLeaseStore({ table: leasesTable, clock });
const isDone = async (): Promise<boolean> => {
  const state = (await leases.get(source))?.state;
  return state !== undefined && readProgress(state).isDone;
};
while (until !== "to-end" || !(await isDone())) await clock.sleep(POLL_MS);
await cloud.settle();

const { checkpointsTable, ticksStream } = config;
await using checkpoints = openDynamoCheckpointStore({ table: checkpointsTable, clock });
const { trades, duplicateTrades, rejected } = sumOfCounts(
  (await checkpoints.list(ticksStream)).map(({ counts }) => counts),
);
say({ kind: "settled", rows: await storedRows(config), trades, duplicateTrades, rejected });
