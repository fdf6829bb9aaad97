import { concurrently } from "#core/concurrently.ts";
import { paneKeyText, type Pane, type PaneKey } from "#core/pane.ts";
import type { PaneRange, PaneStore } from "#core/ports/pane-store.ts";
import { epochMs, type DurationMs } from "#core/units.ts";
import { MAX_IN_FLIGHT, openKeyspace, type CassandraOptions, type Keyspace, type Row } from "./client.ts";
import { putPartition } from "./partition-put.ts";
import { bucketsOf, bucketStart, paneColumns, paneKeyColumns, readPane, timeOrNone, timestamp } from "./pane-row.ts";
import type { RegisterWrite } from "./registers.ts";
import { paneTable, ttlSeconds, type KeptInterval } from "./schema.ts";

const QUERIES_IN_FLIGHT = 8;

export interface CassandraPaneStoreOptions extends CassandraOptions {
  readonly intervals: readonly KeptInterval[];
}

/**
 * The bar store in Cassandra, a table an interval (schema.ts). A pane whose time is over is out of every range; a `get`
 * finds it for some days more, so that a late trade still adds to it.
 */
export const openCassandraPaneStore = (options: CassandraPaneStoreOptions): PaneStore => {
  const keyspace = openKeyspace(options);
  const keepMs = new Map(options.intervals.map((interval) => [interval.intervalMs, interval.keepMs]));
  const keepOf = (intervalMs: DurationMs): DurationMs => {
    const keep = keepMs.get(intervalMs);
    if (keep === undefined) throw new RangeError(`an interval must be stored, was ${intervalMs} ms`);
    return keep;
  };
  const writeOf = (pane: Pane): RegisterWrite => {
    const keep = keepOf(pane.intervalMs);
    const nowMs = keyspace.clock.nowMs();
    const expires = timestamp(epochMs(nowMs + keep));
    return {
      table: paneTable(pane.intervalMs),
      key: paneKeyColumns(pane),
      columns: { ...paneColumns(pane), expires },
      register: "last_sequence",
      ttlSeconds: ttlSeconds(nowMs, keep),
    };
  };
  return {
    get: (keys) => getPanes(keyspace, keys),

    put: async (panes) => {
      // Conditional writes to one partition wait for each other, and give up when they are many.
      const partitions = Map.groupBy(greatest(panes), partitionText);
      await concurrently([...partitions.values()], MAX_IN_FLIGHT, (together) =>
        putPartition(keyspace, together, writeOf),
      );
    },

    range: (range) => panesIn(keyspace, range),
  };
};

const getPanes = async (keyspace: Keyspace, keys: readonly PaneKey[]): Promise<readonly Pane[]> => {
  const distinct = new Map(keys.map((key) => [paneKeyText(key), key]));
  const found: Pane[] = [];
  await concurrently([...distinct.values()], MAX_IN_FLIGHT, async (key) => {
    const { symbol, bucket, start, shard } = paneKeyColumns(key);
    const query = `SELECT * FROM ${tableOf(keyspace.name, key.intervalMs)} WHERE symbol = ? AND bucket = ? AND start = ? AND shard = ?`;
    for (const row of await keyspace.rows(query, [symbol, bucket, start, shard]))
      found.push(readPane(row, key.intervalMs));
  });
  return found;
};

const panesIn = async (
  keyspace: Keyspace,
  { symbol, intervalMs, startMs, endMs }: PaneRange,
): Promise<readonly Pane[]> => {
  const buckets = bucketsOf(intervalMs, startMs, endMs);
  const found = new Map<number, readonly Row[]>();
  await concurrently(buckets, QUERIES_IN_FLIGHT, async (bucket) => {
    const query = `SELECT * FROM ${tableOf(keyspace.name, intervalMs)} WHERE symbol = ? AND bucket = ? AND start >= ? AND start < ?`;
    const values = [symbol, timestamp(bucket), timestamp(startMs), timestamp(endMs)];
    found.set(bucket, await keyspace.rows(query, values));
  });
  const nowMs = keyspace.clock.nowMs();
  const isLive = (row: Row): boolean => (timeOrNone(row.get("expires")) ?? nowMs) > nowMs;
  return buckets.flatMap((bucket) => (found.get(bucket) ?? []).filter(isLive).map((row) => readPane(row, intervalMs)));
};

const partitionText = ({ symbol, intervalMs, startMs }: Pane): string =>
  `${bucketStart(startMs, intervalMs)}|${intervalMs}|${symbol}`;

/** Of several panes of one key the one with the greatest position. */
const greatest = (panes: readonly Pane[]): readonly Pane[] => {
  const byKey = new Map<string, Pane>();
  for (const pane of panes) {
    const key = paneKeyText(pane);
    const other = byKey.get(key);
    if (other === undefined || other.lastSequence < pane.lastSequence) byKey.set(key, pane);
  }
  return [...byKey.values()];
};

const tableOf = (keyspace: string, intervalMs: DurationMs): string => `${keyspace}.${paneTable(intervalMs)}`;
