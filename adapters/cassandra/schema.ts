import type { Client } from "cassandra-driver";
import { intervalText } from "#core/interval.ts";
import type { DurationMs, EpochMs } from "#core/units.ts";
import { storeUnavailable } from "./unavailable.ts";

/** A stored interval and for how long after it was written a pane of it is kept. */
export interface KeptInterval {
  readonly intervalMs: DurationMs;
  readonly keepMs: DurationMs;
}

export interface SchemaOptions {
  readonly keyspace: string;
  /** Copies of each row. */
  readonly replicas: number;
  readonly dataCenter: string;
  readonly intervals: readonly KeptInterval[];
  readonly rejectedKeepMs: DurationMs;
}

/** The table of the panes of one interval: they expire alike, and so are compacted alike. */
export const paneTable = (intervalMs: DurationMs): string => `panes_${intervalText(intervalMs)}`;

const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * 1_000;
/** Tables of what expires have about so many compaction windows. */
const COMPACTION_WINDOWS = 30;
/** Cassandra tells when a row expires in seconds since 1970, up to 2^31. Source: https://issues.apache.org/jira/browse/CASSANDRA-14092 */
const LAST_EXPIRY_SECONDS = 2 ** 31 - 2;
/** The node counts by its own clock, from when it takes the write: a row that it says outlives that is refused. */
const WAITING_SECONDS = 3_600;
/** What has expired stays so much longer, out of sight of every range, so that a late trade adds to it. */
const GRACE_SECONDS = 2 * DAY_SECONDS;

/** Seconds that a row lives which is written now and which readers see for `keepMs`. */
export const ttlSeconds = (nowMs: EpochMs, keepMs: DurationMs): number =>
  Math.min(Math.ceil(keepMs / 1_000) + GRACE_SECONDS, LAST_EXPIRY_SECONDS - WAITING_SECONDS - Math.ceil(nowMs / 1_000));

/** Each step is applied once, in this order, and never changed: what must change becomes a further step. */
export const schemaSteps = ({ keyspace, rejectedKeepMs }: SchemaOptions): readonly (readonly string[])[] => [
  [
    `CREATE TABLE IF NOT EXISTS ${keyspace}.checkpoints (stream text, shard text, last text, last_arrival timestamp,
      seen blob, newest_event timestamp, frontier timestamp, counts map<text, bigint>, PRIMARY KEY (stream, shard))`,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.statuses (stream text, shard text, last text, body text,
      PRIMARY KEY (stream, shard))`,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.gaps (stream text, shard text, after_position text, before_position text,
      noticed timestamp, PRIMARY KEY (stream, shard, after_position))`,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.leases (name text PRIMARY KEY, holder text, until timestamp, state text)`,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.symbols (register text, symbol text, seen timestamp, watched boolean,
      PRIMARY KEY (register, symbol))`,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.rejected (stream text, shard text, day date, spread tinyint, position text,
      arrival timestamp, count int, faults text, bytes blob, PRIMARY KEY ((stream, shard, day, spread), position))
      WITH ${expiring(rejectedKeepMs)}`,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.redriven (stream text, shard text, day date, spread tinyint, position text,
      trades int, indexes text, at timestamp, PRIMARY KEY ((stream, shard, day, spread), position))`,
  ],
  [`CREATE TABLE IF NOT EXISTS ${keyspace}.tickets (id text PRIMARY KEY, connection text)`],
  [`ALTER TABLE ${keyspace}.symbols ADD IF NOT EXISTS names text`],
];

/** Columns of a content are decimals as plain text, exact to any length; a bucket is 720 windows. */
export const paneTableCql = (keyspace: string, table: string, keepMs: DurationMs): string =>
  `CREATE TABLE IF NOT EXISTS ${keyspace}.${table} (symbol text, bucket timestamp, start timestamp, shard text,
    last_sequence text, trade_count bigint, open text, open_time timestamp, open_sequence bigint, open_size text,
    high text, low text, close text, close_time timestamp, close_sequence bigint, close_size text, volume text,
    price_sum text, notional text, corrected boolean, expires timestamp, PRIMARY KEY ((symbol, bucket), start, shard))
    WITH ${expiring(keepMs)}`;

/** What expires together is compacted together. Each write says how long it lives. */
export const expiring = (keepMs: DurationMs): string => {
  const days = Math.max(1, Math.ceil(keepMs / DAY_MS / COMPACTION_WINDOWS));
  return (
    `gc_grace_seconds = ${DAY_SECONDS} AND compaction = {'class': 'TimeWindowCompactionStrategy', ` +
    `'compaction_window_unit': 'DAYS', 'compaction_window_size': ${days}}`
  );
};

/**
 * Makes the keyspace and brings its tables up to date, step by step; an interval that is stored from now on gets its table.
 * Harmless to run again, but one at a time: nodes that hear of two changes of the schema at once may disagree about it.
 * @throws PipelineError TAPE_STORE_UNAVAILABLE
 */
export const migrate = async (client: Client, options: SchemaOptions, steps = schemaSteps(options)): Promise<void> => {
  const { keyspace } = options;
  try {
    await makeKeyspace(client, options);
    await client.execute(
      `CREATE TABLE IF NOT EXISTS ${keyspace}.schema_steps (owner text, step int, applied timestamp,
        PRIMARY KEY (owner, step))`,
    );
    const done = await client.execute(`SELECT step FROM ${keyspace}.schema_steps WHERE owner = 'tapestream'`);
    const applied = new Set(done.rows.map((row) => row.get("step") as number));
    for (const [step, statements] of steps.entries()) {
      if (applied.has(step)) continue;
      for (const statement of statements) await client.execute(statement);
      await client.execute(
        `INSERT INTO ${keyspace}.schema_steps (owner, step, applied) VALUES ('tapestream', ?, toTimestamp(now()))`,
        [step],
        { prepare: true },
      );
    }
    for (const { intervalMs, keepMs } of options.intervals)
      await client.execute(paneTableCql(keyspace, paneTable(intervalMs), keepMs));
  } catch (cause) {
    throw storeUnavailable(`the schema of keyspace ${keyspace} must be made`, cause);
  }
};

/** To ask for one that is there would need the right to make any. */
const makeKeyspace = async (client: Client, { keyspace, replicas, dataCenter }: SchemaOptions): Promise<void> => {
  const query = "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?";
  // A name without quotes is one in small letters.
  const { rows } = await client.execute(query, [keyspace.toLowerCase()], { prepare: true });
  if (rows.length > 0) return;
  await client.execute(
    `CREATE KEYSPACE IF NOT EXISTS ${keyspace}
      WITH replication = {'class': 'NetworkTopologyStrategy', '${dataCenter}': ${replicas}}`,
  );
};
