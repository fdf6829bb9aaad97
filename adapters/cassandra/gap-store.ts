import type { Gap, GapStore } from "#core/ports/gap-store.ts";
import { readSequenceNumber } from "#core/units.ts";
import { openKeyspace, type CassandraOptions, type Row } from "./client.ts";
import { timeOf, timestamp } from "./pane-row.ts";
import { putGreater } from "./registers.ts";

/** A gap from the stream's very start is behind no position. Keyspaces has no empty text in a key. */
const NO_POSITION = { cassandra: "", keyspaces: "-" } as const;

/** Gaps in Cassandra, kept for ever. */
export const openCassandraGapStore = (options: CassandraOptions): GapStore => {
  const keyspace = openKeyspace(options);
  return {
    note: ({ stream, shard, after, before, noticedAtMs }) =>
      putGreater(keyspace, {
        table: "gaps",
        key: { stream, shard, after_position: after ?? NO_POSITION[keyspace.dialect] },
        columns: { before_position: before, noticed: timestamp(noticedAtMs) },
        register: "before_position",
      }),

    list: async (stream) => {
      const rows = await keyspace.rows(`SELECT * FROM ${keyspace.name}.gaps WHERE stream = ?`, [stream]);
      return rows.map((row) => readGap(stream, row, NO_POSITION[keyspace.dialect]));
    },
  };
};

const readGap = (stream: string, row: Row, noPosition: string): Gap => {
  const after = row.get("after_position") as string;
  return {
    stream,
    shard: row.get("shard") as string,
    after: after === noPosition ? undefined : readSequenceNumber(after),
    before: readSequenceNumber(row.get("before_position") as string),
    noticedAtMs: timeOf(row.get("noticed")),
  };
};
