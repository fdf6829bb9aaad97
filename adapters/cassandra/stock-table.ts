import { types, type Client } from "cassandra-driver";
import { concurrently } from "#core/concurrently.ts";
import { decimalText } from "#core/decimal.ts";
import type { TradeSink } from "#core/ports/trade-sink.ts";
import type { DurationMs } from "#core/units.ts";
import { MAX_IN_FLIGHT, openKeyspace, type CassandraOptions } from "./client.ts";
import { timestamp } from "./pane-row.ts";
import { expiring, ttlSeconds } from "./schema.ts";
import { storeUnavailable } from "./unavailable.ts";

const DAY_CHARS = 10;

/** The columns that readers of old know, and two more: the day, which bounds a partition, and what tells trades of one instant apart. */
const stockCql = (keyspace: string, keepMs: DurationMs): string =>
  `CREATE TABLE IF NOT EXISTS ${keyspace}.stock (stock_symbol text, day date, trade_time timestamp, trade_id text,
    trade_price decimal, PRIMARY KEY ((stock_symbol, day), trade_time, trade_id))
    WITH ${expiring(keepMs)}`;

/** Makes the table of raw trades where there is none. @throws PipelineError TAPE_STORE_UNAVAILABLE */
export const createStockTable = async (client: Client, keyspace: string, keepMs: DurationMs): Promise<void> => {
  try {
    await client.execute(stockCql(keyspace, keepMs));
  } catch (cause) {
    throw storeUnavailable(`table ${keyspace}.stock must be made`, cause);
  }
};

export interface StockTableOptions extends CassandraOptions {
  /** For how long after it was written a trade is kept. */
  readonly keepMs: DurationMs;
}

/** Raw trades in the table `stock`: none is written over by another, and prices are decimals. */
export const openStockTable = (options: StockTableOptions): TradeSink => {
  const keyspace = openKeyspace(options);
  const insert = `INSERT INTO ${keyspace.name}.stock (stock_symbol, day, trade_time, trade_id, trade_price) VALUES (?, ?, ?, ?, ?) USING TTL ?`;
  return {
    put: (trades) =>
      concurrently(trades, MAX_IN_FLIGHT, async ({ id, symbol, eventTimeMs, price }) => {
        const day = types.LocalDate.fromString(new Date(eventTimeMs).toISOString().slice(0, DAY_CHARS));
        const ttl = ttlSeconds(keyspace.clock.nowMs(), options.keepMs);
        const decimal = types.BigDecimal.fromString(decimalText(price));
        await keyspace.rows(insert, [symbol, day, timestamp(eventTimeMs), id, decimal, ttl]);
      }),
  };
};
