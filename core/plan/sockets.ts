import { MAX_MESSAGE_BYTES } from "../protocol/split-messages.ts";
import { INVOCATION_WAIT_MS, POST_WAIT_MS, STORE_WAIT_MS } from "./assumed.ts";
import type { BarsPlan } from "./bars.ts";
import { changedSymbolsOf } from "./fold-load.ts";
import { POLLS_PER_SECOND, vcpuOf, type FunctionPlan } from "./lambda.ts";
import { touchedOf, type PlanLoad } from "./load.ts";
import {
  HEARTBEAT_BYTES,
  PANE_NS,
  PANE_ROW_BYTES,
  POST_US,
  PUT_US,
  SUBSCRIPTION_ITEM_BYTES,
  UPDATE_HEAD_BYTES,
  WANTED_ITEM_BYTES,
} from "./measured.ts";

/**
 * Requests per second of one account and region, all its APIs and the calls to `@connections` together.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
export const ACCOUNT_CALLS_PER_SECOND = 10_000;

/** What the sockets are told, per second in which trades flow. */
export interface SocketsPlan {
  /** One for each shard of the bars stream that holds something of a connection's in a flush, and at least one per 32 KB. */
  readonly updatesPerSecond: number;
  readonly heartbeatsPerSecond: number;
  /** Posts, all connections together. */
  readonly callsPerSecond: number;
  /** What leaves AWS. */
  readonly bytesPerSecond: number;
  /** Queries for the wanted symbols and for the subscribers of each that changed, and their read units. */
  readonly queriesPerSecond: number;
  readonly queryReadUnits: number;
  readonly broadcast: FunctionPlan;
  /** How long the broadcasters take to tell all of what one second changed; above 1, each viewer is told that seldom. */
  readonly secondsPerFlush: number;
  /** How long one beat takes to reach all connections. */
  readonly secondsPerBeat: number;
}

/** The broadcaster's memory as it is deployed, see infra/constructs/socket-api.ts. */
const BROADCAST_MIB = 512;

/** The heartbeat's memory as it is deployed, see infra/constructs/stage-function.ts. */
export const HEARTBEAT_MIB = 256;

const POSTS_IN_FLIGHT = 64;
const QUERIES_IN_FLIGHT = 32;

/** What a load's viewers are told, and what that takes. */
export const socketsPlanOf = (load: PlanLoad, bars: BarsPlan): SocketsPlan => {
  const { viewerCount, symbolCount, symbolsPerViewer, intervals, heartbeatSeconds } = load;
  const flushes = bars.shards * POLLS_PER_SECOND;
  const wantedSymbols = Math.min(symbolCount, viewerCount * symbolsPerViewer);
  // A viewer looks at one interval of each symbol. Updates go to the shards in turn, so that his lie on many of them.
  const rowsPerViewer = (bars.rowsPerSecond / intervals.length) * (symbolsPerViewer / symbolCount);
  const perViewer = Math.max(
    touchedOf(flushes, rowsPerViewer),
    (rowsPerViewer * PANE_ROW_BYTES) / (MAX_MESSAGE_BYTES - UPDATE_HEAD_BYTES),
  );
  const updatesPerSecond = viewerCount * perViewer;
  const heartbeatsPerSecond = viewerCount / heartbeatSeconds;
  const changedPerFlush = touchedOf(changedSymbolsOf(load, 1 / POLLS_PER_SECOND), bars.rowsPerSecond / flushes);
  // Each flush asks which symbols are wanted, and for the subscribers of those that changed.
  const subscriberQueries = flushes * Math.min(wantedSymbols, changedPerFlush);
  const queriesPerSecond = flushes + subscriberQueries;
  const subscribers = wantedSymbols === 0 ? 0 : (viewerCount * symbolsPerViewer) / wantedSymbols;
  const busySeconds = broadcastBusy(bars, updatesPerSecond, queriesPerSecond);
  return {
    updatesPerSecond,
    heartbeatsPerSecond,
    callsPerSecond: updatesPerSecond + heartbeatsPerSecond,
    bytesPerSecond:
      viewerCount * rowsPerViewer * PANE_ROW_BYTES +
      updatesPerSecond * UPDATE_HEAD_BYTES +
      heartbeatsPerSecond * HEARTBEAT_BYTES,
    queriesPerSecond,
    queryReadUnits:
      flushes * strongReadUnits(wantedSymbols * WANTED_ITEM_BYTES) +
      subscriberQueries * strongReadUnits(subscribers * SUBSCRIPTION_ITEM_BYTES),
    broadcast: {
      memoryMiB: BROADCAST_MIB,
      concurrency: bars.shards,
      invocationsPerSecond: Math.min(flushes, bars.recordsPerSecond),
      busySeconds: Math.min(busySeconds, bars.shards),
    },
    secondsPerFlush: busySeconds / bars.shards,
    secondsPerBeat: viewerCount * postSeconds(HEARTBEAT_MIB),
  };
};

/** One unit for each 4 KB. Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html */
export const strongReadUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 4_096));

const postSeconds = (memoryMiB: number): number =>
  Math.max(POST_US / 1e6 / vcpuOf(memoryMiB), POST_WAIT_MS / 1_000 / POSTS_IN_FLIGHT);

const broadcastBusy = (bars: BarsPlan, postsPerSecond: number, queriesPerSecond: number): number => {
  const vcpu = vcpuOf(BROADCAST_MIB);
  const querySeconds = Math.max(PUT_US / 1e6 / vcpu, STORE_WAIT_MS / 1_000 / QUERIES_IN_FLIGHT);
  const readSeconds = (bars.rowsPerSecond * PANE_NS) / 1e9 / vcpu;
  const waitSeconds = (bars.shards * INVOCATION_WAIT_MS) / 1_000;
  return postsPerSecond * postSeconds(BROADCAST_MIB) + queriesPerSecond * querySeconds + readSeconds + waitSeconds;
};
