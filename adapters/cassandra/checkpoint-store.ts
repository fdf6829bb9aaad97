import { types } from "cassandra-driver";
import type { Checkpoint, CheckpointStore } from "#core/ports/checkpoint-store.ts";
import { COUNT_NAMES, countsOf } from "#core/shard-counts.ts";
import { readSequenceNumber, type EpochMs } from "#core/units.ts";
import { openKeyspace, type CassandraOptions, type Row } from "./client.ts";
import { timeOrNone, timestamp } from "./pane-row.ts";
import { putGreater } from "./registers.ts";

/** Checkpoints in Cassandra, kept for ever. */
export const openCassandraCheckpointStore = (options: CassandraOptions): CheckpointStore => {
  const keyspace = openKeyspace(options);
  const from = `SELECT * FROM ${keyspace.name}.checkpoints WHERE stream = ?`;
  return {
    get: async (stream, shard) => {
      const [row] = await keyspace.rows(`${from} AND shard = ?`, [stream, shard]);
      return row && readCheckpoint(row);
    },

    put: (checkpoint) =>
      putGreater(keyspace, {
        table: "checkpoints",
        key: { stream: checkpoint.stream, shard: checkpoint.shard },
        columns: columnsOf(checkpoint),
        register: "last",
      }),

    list: async (stream) => (await keyspace.rows(from, [stream])).map(readCheckpoint),
  };
};

const columnsOf = ({ last, lastArrivalMs, seen, newestEventTimeMs, frontierMs, counts }: Checkpoint) => ({
  last,
  last_arrival: timestampOrNone(lastArrivalMs),
  seen: Buffer.from(seen),
  newest_event: timestampOrNone(newestEventTimeMs),
  frontier: timestampOrNone(frontierMs),
  counts: Object.fromEntries(COUNT_NAMES.map((name) => [name, types.Long.fromNumber(counts[name])])),
});

/** An empty cell is left out, lest it leave a tombstone. */
const timestampOrNone = (timeMs: EpochMs | undefined): types.Long | undefined => timeMs && timestamp(timeMs);

const readCheckpoint = (row: Row): Checkpoint => {
  const counts = row.get("counts") as Readonly<Record<string, types.Long>>;
  return {
    stream: row.get("stream") as string,
    shard: row.get("shard") as string,
    last: readSequenceNumber(row.get("last") as string),
    lastArrivalMs: timeOrNone(row.get("last_arrival")),
    seen: new Uint8Array(row.get("seen") as Buffer),
    newestEventTimeMs: timeOrNone(row.get("newest_event")),
    frontierMs: timeOrNone(row.get("frontier")),
    counts: countsOf((name) => counts[name]!.toNumber()),
  };
};
