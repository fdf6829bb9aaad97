import type { Capacity } from "./capacity.ts";
import { PARTITION } from "./connections.ts";
import { vcpuOf } from "./lambda.ts";
import type { PlanLoad } from "./load.ts";
import { PUT_US } from "./measured.ts";
import { ACCOUNT_CALLS_PER_SECOND } from "./sockets.ts";

/** A new table paid per request. Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html */
const NEW_TABLE_WRITES = 4_000;
const LONG_STORE_SECONDS = 2;
/** Lanes fall on shards by the MD5 of their numbers: with so many a shard, the fullest has about a fifth too much. */
const LANES_PER_SHARD = 16;
const SMALL_FRAME_TRADES = 20;
const LONG_RUSH_SECONDS = 10;

/** What somebody who deploys this should know, in sentences; none where nothing is unusual. */
export const notesOf = (load: PlanLoad, capacity: Capacity): readonly string[] => [
  ...streamNotes(load, capacity),
  ...storeNotes(capacity),
  ...socketNotes(load, capacity),
  ...connectionNotes(capacity),
];

const streamNotes = (load: PlanLoad, { ticks, bars }: Capacity): readonly string[] => {
  const { shards, frames } = ticks;
  const notes: string[] = [];
  if (load.lanes < shards * LANES_PER_SHARD) {
    notes.push(
      `${load.lanes} lanes spread unevenly over ${text(shards)} shards: take about ${text(shards * LANES_PER_SHARD)} (-c lanes=…).`,
    );
  }
  if (frames.tradesPerFrame < SMALL_FRAME_TRADES) {
    notes.push(
      `Only ${text(frames.tradesPerFrame)} trades share a frame: fewer lanes or a longer linger make fuller ones.`,
    );
  }
  if (bars.shards > 1) {
    notes.push(
      `Every changed pane travels on the bars stream, wanted or not, and lies on any of its ${text(bars.shards)} shards: ` +
        `a viewer gets up to ${text(bars.shards)} messages a second instead of one.`,
    );
  }
  return notes;
};

const storeNotes = ({ ticks }: Capacity): readonly string[] => {
  const { fold, shards, aggregator } = ticks;
  const notes: string[] = [];
  const atOnce = (fold.panePuts * fold.lifeSeconds) / shards;
  const seconds = (atOnce * PUT_US) / 1e6 / vcpuOf(aggregator.memoryMiB);
  if (seconds > LONG_STORE_SECONDS) {
    notes.push(
      `At a window's end each aggregator stores ${text(atOnce)} panes in about ${text(seconds)} s, and folds nothing meanwhile: ` +
        "bars on the screen are late by that much, now and then.",
    );
  }
  if (fold.panePuts > NEW_TABLE_WRITES) {
    notes.push(
      `${text(fold.panePuts)} writes/s pass the ${text(NEW_TABLE_WRITES)} that a new table takes: warm it before, and see the account's quota.`,
    );
  }
  return notes;
};

const socketNotes = (load: PlanLoad, { sockets }: Capacity): readonly string[] => {
  const { callsPerSecond, secondsPerFlush, secondsPerBeat } = sockets;
  const notes: string[] = [];
  if (callsPerSecond > ACCOUNT_CALLS_PER_SECOND) {
    notes.push(
      `${text(callsPerSecond)} calls/s to @connections pass the ${text(ACCOUNT_CALLS_PER_SECOND)} that one account has for all its APIs ` +
        "in a region: the rest is refused and told later or not at all. Ask AWS for more, or tell viewers less often.",
    );
  }
  if (secondsPerFlush > 1) {
    notes.push(
      `As deployed, the broadcasters take ${text(secondsPerFlush)} s to tell what one second changes: viewers are told that ` +
        "seldom, of the newest state, and messages, data out and reads of subscribers cost less than here, up to that many times.",
    );
  }
  if (secondsPerBeat > load.heartbeatSeconds) {
    notes.push(
      `A heartbeat takes ${text(secondsPerBeat)} s to reach all viewers, and comes that seldom; the bill has one each ${text(load.heartbeatSeconds)} s.`,
    );
  }
  return notes;
};

const connectionNotes = ({ sockets }: Capacity): readonly string[] => {
  const { connections, partitionReadUnits } = sockets;
  const notes: string[] = [];
  if (partitionReadUnits > PARTITION.reads) {
    notes.push(
      `Flushes and heartbeats ask for all connections, ${text(partitionReadUnits)} read units/s of the ${text(PARTITION.reads)} that their one ` +
        "partition gives: the rest is throttled and told later.",
    );
  }
  const rushSeconds = connections.writeUnits / PARTITION.writes;
  if (rushSeconds > LONG_RUSH_SECONDS) {
    notes.push(
      `Where all viewers connect at once, as after an outage, that is ${text(connections.writeUnits)} write units in one partition, ` +
        `which takes ${text(PARTITION.writes)} a second: the last is there after ${text(rushSeconds)} s at best.`,
    );
  }
  return notes;
};

const text = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: value < 10 ? 1 : 0 });
