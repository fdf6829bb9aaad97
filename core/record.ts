import { isAggregate, readAggregate } from "./foreign/aggregate.ts";
import { isCsv, readCsvTrades } from "./foreign/csv-trades.ts";
import { rejectedWhole, type ForeignReading } from "./foreign/foreign-reading.ts";
import { readJsonTrades } from "./foreign/json-trades.ts";
import { firstByte } from "./foreign/json-values.ts";
import { readFrame } from "./frame/read.ts";
import type { TradeColumns } from "./trade-columns.ts";
import type { TradeLimits } from "./trade-limits.ts";
import type { Fault } from "./trade.ts";
import type { EpochMs } from "./units.ts";

export interface RecordReading {
  /** Lower-case hex of a frame's producer; undefined when none is named, so that duplicates cannot be told. */
  readonly producer: string | undefined;
  /** The producer's number of the frame, 0 where there is no producer. */
  readonly number: number;
  /** The event time that a frame's producer says it had reached before, undefined where it does not say. */
  readonly frontierMs: EpochMs | undefined;
  /** When a frame's producer says that it had the trades, undefined where it does not say. */
  readonly ingestTimeMs: EpochMs | undefined;
  /** Trades written into the columns: all but the faults. */
  readonly tradeCount: number;
  /** What is set aside: the first 100 by index. */
  readonly faults: readonly Fault[];
  /** How many faults there are, those beyond the named ones among them. */
  readonly faultCount: number;
}

/** A frame begins with its field 1, a varint. */
const FRAME_START = 0x08;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;

/**
 * Appends the trades of a record to `columns`, whichever format its first bytes tell. Sets aside what is no trade, and
 * throws for no bytes whatever. Takes time in proportion to the record's length, whatever is in it.
 *
 *     record := frame                             ; begins with 08
 *             | aggregate                         ; begins with F3 89 9A C2
 *             | text
 *     text   := blank* "{" …                      ; one JSON trade, or one a line
 *             | blank* "[" …                      ; a JSON array of trades
 *             | readable* "," …                   ; CSV, one trade a line
 *
 * The user records of an aggregate are frames or texts. Such a frame's trades are taken like any others: a record is one
 * producer's one frame or nobody's, so that of frames in an aggregate it cannot be told which came before.
 */
export const readRecord = (data: Uint8Array, columns: TradeColumns, limits: TradeLimits): RecordReading => {
  if (data[0] === FRAME_START) return readFrameRecord(data, columns, limits);
  return isAggregate(data) ? readAggregateRecord(data, columns, limits) : readText(data, columns, limits, 0);
};

const readAggregateRecord = (data: Uint8Array, columns: TradeColumns, limits: TradeLimits): RecordReading =>
  readAggregate(data, columns, limits, (userRecord, itsLimits, firstIndex) =>
    userRecord[0] === FRAME_START
      ? readFrameRecord(userRecord, columns, itsLimits)
      : readText(userRecord, columns, itsLimits, firstIndex),
  );

const readText = (data: Uint8Array, columns: TradeColumns, limits: TradeLimits, firstIndex: number): ForeignReading => {
  const first = firstByte(data);
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return readJsonTrades(data, columns, limits, firstIndex);
  return isCsv(data) ? readCsvTrades(data, columns, limits, firstIndex) : rejectedWhole("unknown-shape");
};

const readFrameRecord = (data: Uint8Array, columns: TradeColumns, limits: TradeLimits): RecordReading => {
  const reading = readFrame(data, columns, limits);
  if (reading.kind === "rejected") return rejectedWhole(reading.reason);
  const { kind: _, ...frame } = reading;
  return frame;
};
