import { readRecord, type RecordReading } from "#core/record.ts";
import { TradeColumns } from "#core/trade-columns.ts";
import type { TradeLimits } from "#core/trade-limits.ts";
import { epochMs } from "#core/units.ts";

/** What records are read against here. */
export const LIMITS: TradeLimits = { latestEventTimeMs: epochMs(1_381_133_000_000) };

/** A trade as JSON. */
export const IBM = '{"symbol":"IBM","price":181.25,"size":100,"eventTimeMs":1381132800464}';

/** The same trade as CSV. */
export const CSV = "IBM,BUY,181.25,100,1381132800464,2013-10-07 08:00:00";

/** Reads one record into columns of its own. */
export const read = (data: Uint8Array): { readonly reading: RecordReading; readonly columns: TradeColumns } => {
  const columns = new TradeColumns(4);
  return { reading: readRecord(data, columns, LIMITS), columns };
};
