/** A table of Amazon Keyspaces: its columns in their order, each with its type in CQL. */
export interface KeyspacesTable {
  readonly partitionKey: Readonly<Record<string, string>>;
  readonly clustering: Readonly<Record<string, string>>;
  readonly regular: Readonly<Record<string, string>>;
}

const text = "text";
const RECORD_KEY = { stream: text, shard: text, day: "date", spread: "tinyint" };

/** The tables that there is one of each. A test holds them against those of the migrations on Cassandra. */
export const KEYSPACES_TABLES = {
  checkpoints: {
    partitionKey: { stream: text },
    clustering: { shard: text },
    regular: {
      last: text,
      last_arrival: "timestamp",
      seen: "blob",
      newest_event: "timestamp",
      frontier: "timestamp",
      counts: "map<text, bigint>",
    },
  },
  statuses: {
    partitionKey: { stream: text },
    clustering: { shard: text },
    regular: { last: text, body: text },
  },
  gaps: {
    partitionKey: { stream: text },
    clustering: { shard: text, after_position: text },
    regular: { before_position: text, noticed: "timestamp" },
  },
  leases: {
    partitionKey: { name: text },
    clustering: {},
    regular: { holder: text, until: "timestamp", state: text },
  },
  symbols: {
    partitionKey: { register: text },
    clustering: { symbol: text },
    regular: { seen: "timestamp", watched: "boolean", names: text },
  },
  rejected: {
    partitionKey: RECORD_KEY,
    clustering: { position: text },
    regular: { arrival: "timestamp", count: "int", faults: text, bytes: "blob" },
  },
  redriven: {
    partitionKey: RECORD_KEY,
    clustering: { position: text },
    regular: { trades: "int", indexes: text, at: "timestamp" },
  },
} as const satisfies Readonly<Record<string, KeyspacesTable>>;

/** The table of the panes of each stored interval, under the name that {@link panesTableName} gives it. */
export const PANES_TABLE: KeyspacesTable = {
  partitionKey: { symbol: text, bucket: "timestamp" },
  clustering: { start: "timestamp", shard: text },
  regular: {
    last_sequence: text,
    trade_count: "bigint",
    open: text,
    open_time: "timestamp",
    open_sequence: "bigint",
    open_size: text,
    high: text,
    low: text,
    close: text,
    close_time: "timestamp",
    close_sequence: "bigint",
    close_size: text,
    volume: text,
    price_sum: text,
    notional: text,
    corrected: "boolean",
    expires: "timestamp",
  },
};

/** @param interval such as `10s` */
export const panesTableName = (interval: string): string => `panes_${interval}`;
