import { concurrently } from "#core/concurrently.ts";
import type { KeptRejected, RejectedOrigin, RejectedStore } from "#core/ports/rejected-store.ts";
import { indexesText, readIndexes } from "#core/redrive/index-text.ts";
import type { Fault, Rejected, RejectionReason } from "#core/trade.ts";
import { readSequenceNumber, type DurationMs, type SequenceNumber } from "#core/units.ts";
import { MAX_IN_FLIGHT, openKeyspace, type CassandraOptions, type Row } from "./client.ts";
import { timeOf, timestamp } from "./pane-row.ts";
import { putGreater } from "./registers.ts";
import { ttlSeconds } from "./schema.ts";

/** A day of a shard that carries nothing but garbage would be too much for one partition. */
const SPREADS = 16;

export interface CassandraRejectedStoreOptions extends CassandraOptions {
  /** For how long after it was written what was rejected is kept. */
  readonly keepMs: DurationMs;
}

/** The rejected in Cassandra; what was put again stands in a table of its own, which no writing of the record touches. */
export const openCassandraRejectedStore = (options: CassandraRejectedStoreOptions): RejectedStore => {
  const keyspace = openKeyspace(options);
  return {
    put: (rejected) =>
      concurrently(rejected, MAX_IN_FLIGHT, async (row) => {
        const columns = columnsOf(row);
        const names = Object.keys(columns);
        const marks = names.map(() => "?").join(", ");
        const query = `INSERT INTO ${keyspace.name}.rejected (${names.join(", ")}) VALUES (${marks}) USING TTL ?`;
        await keyspace.rows(query, [...Object.values(columns), ttlSeconds(keyspace.clock.nowMs(), options.keepMs)]);
      }),

    list: async (stream, shard, day) => {
      const ofAll = (table: string): Promise<readonly (readonly Row[])[]> => {
        const where = "stream = ? AND shard = ? AND day = ? AND spread = ?";
        const query = `SELECT * FROM ${keyspace.name}.${table} WHERE ${where}`;
        return Promise.all(
          Array.from({ length: SPREADS }, (_, spread) => keyspace.rows(query, [stream, shard, day, spread])),
        );
      };
      const [kept, marks] = await Promise.all([ofAll("rejected"), ofAll("redriven")]);
      const byPosition = new Map(marks.flat().map((row) => [row.get("position") as string, row]));
      return kept
        .flat()
        .map((row) => readRejected(stream, shard, row, byPosition.get(row.get("position") as string)))
        .toSorted((a, b) => (a.sequenceNumber < b.sequenceNumber ? -1 : 1));
    },

    markRedriven: (origin, { indexes, atMs }) =>
      putGreater(keyspace, {
        table: "redriven",
        key: keyOf(origin),
        columns: { trades: indexes.length, indexes: indexesText(indexes), at: timestamp(atMs) },
        register: "trades",
      }),
  };
};

const columnsOf = (rejected: Rejected): Record<string, unknown> => ({
  ...keyOf(rejected),
  arrival: timestamp(rejected.arrivalTimeMs),
  count: rejected.count,
  faults: rejected.faults.map(({ index, reason }) => `${index} ${reason}`).join(","),
  bytes: Buffer.from(rejected.bytes),
});

const keyOf = ({ stream, shard, sequenceNumber, arrivalTimeMs }: RejectedOrigin): Record<string, unknown> => ({
  stream,
  shard,
  day: new Date(arrivalTimeMs).toISOString().slice(0, 10),
  spread: spreadOf(sequenceNumber),
  position: sequenceNumber,
});

/** Offsets follow each other. */
const spreadOf = (position: SequenceNumber): number => Number(position.slice(-2)) % SPREADS;

const readRejected = (stream: string, shard: string, row: Row, mark: Row | undefined): KeptRejected => ({
  stream,
  shard,
  sequenceNumber: readSequenceNumber(row.get("position") as string),
  arrivalTimeMs: timeOf(row.get("arrival")),
  count: row.get("count") as number,
  faults: (row.get("faults") as string).split(",").map(readFault),
  bytes: new Uint8Array(row.get("bytes") as Buffer),
  redriven: mark && {
    indexes: readIndexes(mark.get("indexes") as string),
    atMs: timeOf(mark.get("at")),
  },
});

const readFault = (text: string): Fault => {
  const [index, reason] = text.split(" ");
  return { index: Number(index), reason: reason as RejectionReason };
};
