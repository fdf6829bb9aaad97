import { openDynamoCheckpointStore } from "#adapters/dynamodb/checkpoint-store.ts";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { openDynamoSymbolRegister } from "#adapters/dynamodb/symbol-register.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { readConfig } from "#lambdas/aggregator/config.ts";
import type { Environment } from "#lambdas/environment.ts";
import type { BarsStores } from "./bars-ports.ts";
import { chooseRunning } from "./choose-running.ts";
import { namesEngines } from "./kafka/workers-config.ts";
import type { RunningCloud } from "./running.ts";

/**
 * The stores of the engines that the environment names, else those of a process, or of the one that started last.
 * @throws PipelineError TAPE_STORE_UNAVAILABLE, TAPE_CONFIG_INVALID of what the environment says, TAPE_USAGE
 */
export const openBarsStores = async (pid: number | undefined, resources: AsyncDisposableStack): Promise<BarsStores> => {
  if (pid === undefined && namesEngines(process.env)) return ofWorkers(process.env, resources);
  const running = await chooseRunning(pid);
  if (running.kind === "cloud") return ofCloud(running, resources);
  return ofWorkers({ ...process.env, ...running.environment }, resources);
};

/** Others need not wait until its clients are loaded. */
const ofWorkers = async (env: Environment, resources: AsyncDisposableStack): Promise<BarsStores> => {
  const { openCassandraBars } = await import("./kafka/bars-stores.ts");
  return openCassandraBars(env, resources);
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
