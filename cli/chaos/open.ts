import { systemClock as clock } from "#adapters/node/clock.ts";
import { durationMs } from "#core/units.ts";
import { readConfig as readAggregatorConfig } from "#lambdas/aggregator/config.ts";
import { readConfig as readBroadcastConfig } from "#lambdas/ws-broadcast/config.ts";
import { openLocalCloud, type CloudEvent, type LocalCloud } from "#local/cloud.ts";
import { planFaults, type FaultPlan } from "#local/misbehaviour/fault-plan.ts";
import { assemble } from "../assemble.ts";
import { endingWithin } from "../ending-within.ts";
import { aggregatorEnvironment, socketEnvironment } from "../running.ts";
import { say } from "../output.ts";
import { unlessStopped } from "../stop-signal.ts";
import { leftText, watchRun, type RunWatch } from "../watch-run.ts";
import { openHeadlessClient } from "./client.ts";
import { faultCounts } from "./fault-counts.ts";
import type { ChaosOutcome } from "./outcome.ts";
import { openChaosPage, type InjectedFault } from "./page.ts";
import { openProducers } from "./producers.ts";
import { runChaos, type ChaosRun } from "./run.ts";
import { Score } from "./score.ts";
import type { Scoreboard } from "./scoreboard.ts";
import type { ChaosSettings } from "./settings.ts";
import { readSourceTrades } from "./source-trades.ts";
import { openChaosStore } from "./store.ts";
import { createTraffic, type Traffic } from "./traffic.ts";

/** What happens often in a short time: short windows, small batches, and a fetcher whose schedule finds nothing. */
const APP_SETTINGS = {
  arrivalWindowSeconds: "1",
  batchingWindowSeconds: "0",
  batchSize: "500",
  source: "sim:?trades=0",
  access: "public",
} as const;
const IDLE_CLOSE_MS = durationMs(150);
const MOST_SHARDS = 3;
const BURSTS_A_SECOND = 10;
const TRADES_A_BURST = 1_000;
const LEAST_BURSTS = 200;
/** Faults are placed among the first records, so that each finds its occasion before the end. */
const PLACED = 0.7;
const REFRESH_MS = 500;

/**
 * Opens all that a run needs, runs it, tells what came of it, and ends it.
 * @throws PipelineError TAPE_RUN_STALLED when nothing changes any more, and the signal's reason when `stop` aborts before the end
 */
export const openAndRunChaos = async (
  settings: ChaosSettings,
  scoreboard: Scoreboard,
  stop: AbortSignal,
  tell: (outcome: ChaosOutcome) => Promise<void>,
): Promise<void> => {
  const { seed, seconds } = settings;
  const traffic = await unlessStopped(stop, trafficOf(settings));
  const counts = faultCounts(settings.faults, seconds);
  const score = new Score(counts, traffic.trades.length);
  const plan = planFaults({ seed, counts, records: traffic.counts.records * PLACED });
  const injected: InjectedFault[] = [];
  await using assembly = await assemble({ ...APP_SETTINGS, shards: String(1 + (seed % MOST_SHARDS)) }, stop);
  stop.throwIfAborted();
  await using cloud = await openUnrulyCloud(assembly.dir, plan, (event) => note(event, score, injected));
  Object.assign(process.env, cloud.environment);
  const config = readAggregatorConfig(aggregatorEnvironment(cloud));
  const { storedMs, offeredMs } = intervalsOf(cloud);
  const symbols = [...new Set(traffic.trades.map(({ symbol }) => symbol))].toSorted();
  await using store = openChaosStore(config);
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  await using producers = openProducers(cloud, config.ticksStream, signal);
  const wished = {
    webSocketUrl: cloud.misbehaviour?.webSocketUrl ?? "",
    symbols,
    intervalsMs: [...storedMs, ...offeredMs],
  };
  const shown = { ...wished, settings, dir: assembly.dir, faults: injected };
  await using page = settings.port === undefined ? undefined : await openChaosPage({ ...shown, port: settings.port });
  if (page !== undefined) say(`  dashboard  ${page.url}\n`);
  await using client = openHeadlessClient(wished);
  const paceMs = settings.speed === "max" ? undefined : seconds * 1_000;
  const parts = { cloud, client, producers, store, traffic, symbols, storedMs, offeredMs, score };
  using _ = endingWithin();
  const running = runWatched({ ...parts, paceMs, signal, again: settings.again }, scoreboard, stop);
  // Whoever still sends or waits must not do so for ever when another has failed.
  await tell(await running.finally(() => over.abort()));
};

const openUnrulyCloud = (assemblyDir: string, plan: FaultPlan, onEvent: (event: CloudEvent) => void) =>
  openLocalCloud({
    assemblyDir,
    idleCloseMs: IDLE_CLOSE_MS,
    environment: { LOG_LEVEL: "ERROR" },
    misbehaviour: { plan, isMeant: ({ environment }) => "BARS_STREAM" in environment && "INTERVALS_MS" in environment },
    onEvent,
  });

const intervalsOf = (cloud: LocalCloud): Pick<ChaosRun, "storedMs" | "offeredMs"> => {
  const { storedIntervalsMs: storedMs, offeredIntervalsMs: offeredMs } = readBroadcastConfig(socketEnvironment(cloud));
  return { storedMs, offeredMs };
};

const runWatched = async (run: ChaosRun, scoreboard: Scoreboard, stop: AbortSignal): Promise<ChaosOutcome> => {
  await unlessStopped(stop, run.client.whole(0));
  const running = runChaos(run);
  using watched = watch(run, scoreboard);
  return await unlessStopped(stop, Promise.race([running, watched.stalled]));
};

const trafficOf = async (settings: ChaosSettings): Promise<Traffic> => {
  const { seed, seconds, speed } = settings;
  const source = await readSourceTrades(settings, clock.nowMs());
  const bursts = speed === "max" ? Math.max(LEAST_BURSTS, source.length / TRADES_A_BURST) : seconds * BURSTS_A_SECOND;
  return createTraffic(source, seed, Math.ceil(bursts));
};

/** Shows how a run stands, again and again until it is disposed of. */
const watch = ({ score, producers, store, client, cloud }: ChaosRun, scoreboard: Scoreboard): RunWatch => {
  const watched = watchRun({
    everyMs: REFRESH_MS,
    look: async () => {
      const [counts, bars, { sockets }] = await Promise.all([store.counts(), client.bars(), client.status()]);
      score.note({ sent: producers.sent, counts, clientBars: bars, clientSockets: sockets });
      scoreboard.show(score);
    },
    state: () => score.state,
    waitsFor: () => `the run ${score.phase}, ${leftText(cloud.left)}`,
  });
  return {
    stalled: watched.stalled,
    [Symbol.dispose]: () => {
      watched[Symbol.dispose]();
      scoreboard.end();
    },
  };
};

const note = (event: CloudEvent, score: Score, injected: InjectedFault[]): void => {
  if (event.kind !== "fault-injected") return;
  score.inject(event.fault);
  injected.push({ kind: event.fault, atMs: clock.nowMs() });
};
