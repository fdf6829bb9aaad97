import { openDynamoCheckpointStore } from "#adapters/dynamodb/checkpoint-store.ts";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { openDynamoSymbolRegister } from "#adapters/dynamodb/symbol-register.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import type { CheckpointStore } from "#core/ports/checkpoint-store.ts";
import type { PaneStore } from "#core/ports/pane-store.ts";
import type { SymbolRegister } from "#core/ports/symbol-register.ts";
import type { DurationMs } from "#core/units.ts";
import { readConfig } from "#lambdas/aggregator/config.ts";
import { chooseRunning } from "./choose-running.ts";
import { readStoredBarsConfig, type StoredBarsConfig } from "./kafka/workers-config.ts";
import type { RunningCloud } from "./running.ts";

/** Where bars are read. */
export interface BarsStores {
  readonly storedMs: readonly DurationMs[];
  /** The stream that checkpoints are of. */
  readonly stream: string;
  readonly checkpoints: CheckpointStore;
  readonly panes: PaneStore;
  readonly symbols: SymbolRegister;
}

/**
 * The stores in the Cassandra that the environment names, else those of a process, or of the one that started last.
 * @throws PipelineError TAPE_STORE_UNAVAILABLE, TAPE_CONFIG_INVALID of what the environment says, TAPE_USAGE
 */
export const openBarsStores = async (pid: number | undefined, resources: AsyncDisposableStack): Promise<BarsStores> => {
  if (pid === undefined && process.env["CASSANDRA_CONTACT_POINTS"])
    return ofWorkers(readStoredBarsConfig(process.env), resources);
  const running = await chooseRunning(pid);
  if (running.kind === "cloud") return ofCloud(running, resources);
  return ofWorkers(readStoredBarsConfig({ ...process.env, ...running.environment }), resources);
};

const ofWorkers = async (config: StoredBarsConfig, resources: AsyncDisposableStack): Promise<BarsStores> => {
  const { intervals, ticksTopic: stream } = config;
  const storedMs = intervals.map(({ intervalMs }) => intervalMs);
  // Others need not wait until its client is loaded.
  const { openBarsOfWorkers } = await import("./kafka/bars-of-workers.ts");
  return { storedMs, stream, ...(await openBarsOfWorkers(config, resources)) };
};

const ofCloud = ({ environment, aggregator }: RunningCloud, resources: AsyncDisposableStack): BarsStores => {
  Object.assign(process.env, environment);
  const { intervals, panesTable, checkpointsTable, symbolsTable, ticksStream: stream } = readConfig(aggregator);
  return {
    storedMs: intervals.map(({ intervalMs }) => intervalMs),
    stream,
    checkpoints: resources.use(openDynamoCheckpointStore({ table: checkpointsTable, clock })),
    panes: resources.use(openDynamoPaneStore({ table: panesTable, intervals, clock })),
    symbols: resources.use(openDynamoSymbolRegister({ table: symbolsTable, clock })),
  };
};
