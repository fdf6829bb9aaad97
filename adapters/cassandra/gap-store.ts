import type { Gap, GapStore } from "#core/ports/gap-store.ts";
import { readSequenceNumber } from "#core/units.ts";
import { openKeyspace, type CassandraOptions, type Row } from "./client.ts";
import { timeOf, timestamp } from "./pane-row.ts";
import { putGreater } from "./registers.ts";

/** Gaps in Cassandra, kept for ever. */
export const openCassandraGapStore = (options: CassandraOptions): GapStore => {
  const keyspace = openKeyspace(options);
  return {
    note: ({ stream, shard, after, before, noticedAtMs }) =>
      putGreater(keyspace, {
        table: "gaps",
        key: { stream, shard, after_position: after ?? "" },
        columns: { before_position: before, noticed: timestamp(noticedAtMs) },
        register: "before_position",
      }),

    list: async (stream) => {
      const rows = await keyspace.rows(`SELECT * FROM ${keyspace.name}.gaps WHERE stream = ?`, [stream]);
      return rows.map((row) => readGap(stream, row));
    },
  };
};

const readGap = (stream: string, row: Row): Gap => {
  const after = row.get("after_position") as string;
  return {
    stream,
    shard: row.get("shard") as string,
    after: after === "" ? undefined : readSequenceNumber(after),
    before: readSequenceNumber(row.get("before_position") as string),
    noticedAtMs: timeOf(row.get("noticed")),
  };
};
