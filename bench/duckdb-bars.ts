import { DuckDBDataChunk, DuckDBInstance, INTEGER, type DuckDBConnection } from "@duckdb/node-api";

/**
 * A bar as DuckDB has it: symbol, interval, number of the window, trades, open, high, low, close, volume, sum of prices,
 * sum of price × size.
 */
export type DuckBarRow = readonly bigint[];

/** Trades as it takes them: integers of at most 31 bits, times from any instant on. */
export interface DuckColumns {
  readonly symbol: Int32Array;
  readonly price: Int32Array;
  readonly size: Float64Array;
  readonly time: Int32Array;
  readonly sequence: Float64Array;
}

/** The same trades in a table of DuckDB, in memory, with one thread. */
export interface DuckTrades extends Disposable {
  /** Makes the bars of each interval, a GROUP BY each, and leaves them with DuckDB. */
  group(): Promise<void>;
  /** The same, and reads them. */
  groupAndRead(): Promise<readonly DuckBarRow[]>;
}

/** A chunk of DuckDB holds no more rows. */
const CHUNK_ROWS = 2_048;

/** Loads the first `count` rows. */
export const openDuckTrades = async (
  { symbol, price, size, time, sequence }: DuckColumns,
  count: number,
  intervalsMs: readonly number[],
): Promise<DuckTrades> => {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await load(connection, [symbol, price, size, time, sequence], count);
  return {
    group: async () => {
      for (const intervalMs of intervalsMs) await connection.run(queryOf(intervalMs));
    },
    groupAndRead: async () => {
      const rows: DuckBarRow[] = [];
      for (const intervalMs of intervalsMs) {
        const read = await connection.runAndReadAll(queryOf(intervalMs));
        const columns = read.getColumns() as readonly (readonly (bigint | number)[])[];
        for (let row = 0; row < columns[0]!.length; row++) rows.push(columns.map((column) => BigInt(column[row]!)));
      }
      return rows;
    },
    [Symbol.dispose]: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
};

/** Sums of integers are exact in DuckDB too: it adds them in 128 bits. Open and close go by (time, sequence). */
const queryOf = (intervalMs: number): string => `
  SELECT symbol, ${intervalMs} AS interval_ms, time // ${intervalMs} AS number, count(*),
    arg_min(price, position), max(price), min(price), arg_max(price, position),
    sum(size), sum(price), sum(price::BIGINT * size)
  FROM (SELECT *, time::BIGINT * 4294967296 + sequence AS position FROM trades)
  GROUP BY symbol, number`;

const load = async (
  connection: DuckDBConnection,
  columns: readonly (Float64Array | Int32Array)[],
  count: number,
): Promise<void> => {
  await connection.run("CREATE TABLE trades (symbol INT, price INT, size INT, time INT, sequence INT)");
  const appender = await connection.createAppender("trades");
  for (let from = 0; from < count; from += CHUNK_ROWS) {
    const to = Math.min(from + CHUNK_ROWS, count);
    const chunk = DuckDBDataChunk.create(
      columns.map(() => INTEGER),
      to - from,
    );
    chunk.setColumns(columns.map((column) => [...column.subarray(from, to)]));
    appender.appendDataChunk(chunk);
  }
  appender.flushSync();
  appender.closeSync();
};
