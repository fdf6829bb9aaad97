import { MAX_MESSAGE_BYTES } from "../protocol/split-messages.ts";
import { INVOCATION_WAIT_MS, POST_WAIT_MS, STORE_WAIT_MS } from "./assumed.ts";
import type { BarsPlan } from "./bars.ts";
import { connectionsPlanOf, type ConnectionsPlan } from "./connections.ts";
import { POLLS_PER_SECOND, vcpuOf, type FunctionPlan } from "./lambda.ts";
import { touchedOf, type PlanLoad } from "./load.ts";
import {
  CONNECTION_NS,
  FLUSHED_PANE_NS,
  HEARTBEAT_BYTES,
  PANE_ROW_BYTES,
  POST_US,
  PUT_US,
  UPDATE_HEAD_BYTES,
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
  /** What asking for all connections takes once. */
  readonly connections: ConnectionsPlan;
  /** Units to ask what all connections want, once a flush. */
  readonly flushReadUnits: number;
  /** Units that the connections' partition has to give to flushes and heartbeats. */
  readonly partitionReadUnits: number;
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

/** What a load's viewers are told, and what that takes. */
export const socketsPlanOf = (load: PlanLoad, bars: BarsPlan): SocketsPlan => {
  const { viewerCount, symbolCount, symbolsPerViewer, intervals, heartbeatSeconds } = load;
  const flushes = bars.shards * POLLS_PER_SECOND;
  // A viewer looks at one interval of each symbol. Updates go to the shards in turn, so that his lie on many of them.
  const rowsPerViewer = (bars.rowsPerSecond / intervals.length) * (symbolsPerViewer / symbolCount);
  const perViewer = Math.max(
    touchedOf(flushes, rowsPerViewer),
    (rowsPerViewer * PANE_ROW_BYTES) / (MAX_MESSAGE_BYTES - UPDATE_HEAD_BYTES),
  );
  const updatesPerSecond = viewerCount * perViewer;
  const heartbeatsPerSecond = viewerCount / heartbeatSeconds;
  const connections = connectionsPlanOf(load);
  const flushesPerSecond = Math.min(flushes, bars.recordsPerSecond);
  const flushReadUnits = flushesPerSecond * connections.readUnits;
  const busySeconds = broadcastBusy(bars, updatesPerSecond, flushesPerSecond, connections);
  return {
    updatesPerSecond,
    heartbeatsPerSecond,
    callsPerSecond: updatesPerSecond + heartbeatsPerSecond,
    bytesPerSecond:
      viewerCount * rowsPerViewer * PANE_ROW_BYTES +
      updatesPerSecond * UPDATE_HEAD_BYTES +
      heartbeatsPerSecond * HEARTBEAT_BYTES,
    connections,
    flushReadUnits,
    partitionReadUnits: flushReadUnits + connections.readUnits / heartbeatSeconds,
    broadcast: {
      memoryMiB: BROADCAST_MIB,
      concurrency: bars.shards,
      invocationsPerSecond: flushesPerSecond,
      busySeconds: Math.min(busySeconds, bars.shards),
    },
    secondsPerFlush: busySeconds / bars.shards,
    secondsPerBeat: viewerCount * (postSeconds(HEARTBEAT_MIB) + CONNECTION_NS.row / 1e9 / vcpuOf(HEARTBEAT_MIB)),
  };
};

const postSeconds = (memoryMiB: number): number =>
  Math.max(POST_US / 1e6 / vcpuOf(memoryMiB), POST_WAIT_MS / 1_000 / POSTS_IN_FLIGHT);

const broadcastBusy = (
  bars: BarsPlan,
  postsPerSecond: number,
  flushesPerSecond: number,
  { pages, flushCpuSeconds }: ConnectionsPlan,
): number => {
  const vcpu = vcpuOf(BROADCAST_MIB);
  const pageSeconds = Math.max(PUT_US / 1e6 / vcpu, STORE_WAIT_MS / 1_000);
  const askSeconds = flushesPerSecond * (pages * pageSeconds + flushCpuSeconds / vcpu);
  const readSeconds = (bars.rowsPerSecond * FLUSHED_PANE_NS) / 1e9 / vcpu;
  const waitSeconds = (bars.shards * INVOCATION_WAIT_MS) / 1_000;
  return postsPerSecond * postSeconds(BROADCAST_MIB) + askSeconds + readSeconds + waitSeconds;
};
