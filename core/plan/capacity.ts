import { barsPlanOf, type BarsPlan } from "./bars.ts";
import { strongReadUnits } from "./connections.ts";
import type { PlanLoad } from "./load.ts";
import { socketsPlanOf, type SocketsPlan } from "./sockets.ts";
import { ticksPlanOf, type TicksPlan } from "./ticks.ts";

/** Requests of the tables that are not panes', per second. */
export interface StorePlan {
  /** Marks of what is stored, checkpoints, shard statuses and the fetcher's place, while trades flow. */
  readonly otherWrites: number;
  /** Each beat lists connections and shard statuses and reads the fetcher's lease, at all hours. */
  readonly heartbeatReadUnits: number;
}

/** All that a load needs. */
export interface Capacity {
  readonly ticks: TicksPlan;
  readonly bars: BarsPlan;
  readonly store: StorePlan;
  readonly sockets: SocketsPlan;
}

/** What `load` needs of every part, by today's code. */
export const capacityOf = (load: PlanLoad): Capacity => {
  const ticks = ticksPlanOf(load);
  const bars = barsPlanOf(load, ticks);
  const sockets = socketsPlanOf(load, bars);
  return { ticks, bars, store: storePlanOf(load, ticks, sockets), sockets };
};

/** A fetcher sends at most so many trades at once, and notes its place before. */
const CHUNK_TRADES = 20_000;

const STATUS_ITEM_BYTES = 300;

const storePlanOf = (
  { tradesPerSecond, lingerMs, heartbeatSeconds }: PlanLoad,
  { fold, shards, aggregator }: TicksPlan,
  { connections }: SocketsPlan,
): StorePlan => {
  const lives = Math.min(shards, tradesPerSecond) / fold.lifeSeconds;
  const chunks = Math.max(Math.min(tradesPerSecond, 1_000 / lingerMs), tradesPerSecond / CHUNK_TRADES);
  const beat = connections.readUnits + strongReadUnits(shards * STATUS_ITEM_BYTES) + 1;
  return {
    otherWrites: 2 * lives + aggregator.invocationsPerSecond + chunks,
    heartbeatReadUnits: beat / heartbeatSeconds,
  };
};
