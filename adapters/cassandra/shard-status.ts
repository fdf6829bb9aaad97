import type { ShardStatus, ShardStatusStore } from "#core/ports/shard-status.ts";
import { readSequenceNumber } from "#core/units.ts";
import { openKeyspace, type CassandraOptions, type Row } from "./client.ts";
import { putGreater } from "./registers.ts";

/** Statuses in Cassandra, what they say as JSON: nobody asks for less than all of it. */
export const openCassandraShardStatusStore = (options: CassandraOptions): ShardStatusStore => {
  const keyspace = openKeyspace(options);
  return {
    put: ({ stream, shard, last, ...body }) =>
      putGreater(keyspace, {
        table: "statuses",
        key: { stream, shard },
        columns: { last, body: JSON.stringify(body) },
        register: "last",
      }),

    list: async (stream) => {
      const rows = await keyspace.rows(`SELECT * FROM ${keyspace.name}.statuses WHERE stream = ?`, [stream]);
      return rows.map((row) => readStatus(stream, row));
    },
  };
};

const readStatus = (stream: string, row: Row): ShardStatus => {
  const body = JSON.parse(row.get("body") as string) as Omit<ShardStatus, "stream" | "shard" | "last">;
  const last = readSequenceNumber(row.get("last") as string);
  const { newestEventTimeMs, frontierMs } = body;
  return { ...body, stream, shard: row.get("shard") as string, last, newestEventTimeMs, frontierMs };
};
