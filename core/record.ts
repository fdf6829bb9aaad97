import { readJsonTrades } from "./foreign/json-trades.ts";
import { firstByte } from "./foreign/json-values.ts";
import { readFrame } from "./frame/read.ts";
import type { TradeColumns } from "./trade-columns.ts";
import type { TradeLimits } from "./trade-limits.ts";
import type { RejectionReason } from "./trade.ts";

/** What is set aside of a record. */
export interface RecordFault {
  /** Which trade of the record, from 0; the record as a whole is -1. */
  readonly index: number;
  readonly reason: RejectionReason;
  /** A view of the bytes as they came: of the trade where it stands by itself, else of the whole record. */
  readonly bytes: Uint8Array;
}

export interface RecordReading {
  /** Lower-case hex of a frame's producer; undefined when none is named, so that duplicates cannot be told. */
  readonly producer: string | undefined;
  /** The producer's number of the frame, 0 where there is no producer. */
  readonly number: number;
  /** Trades written into the columns: all but the faults. */
  readonly tradeCount: number;
  readonly faults: readonly RecordFault[];
}

/** A frame begins with its field 1, a varint. */
const FRAME_START = 0x08;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;

/**
 * Appends the trades of a record to `columns`, whichever format its first bytes tell: a frame, or JSON trades. Sets aside
 * what is no trade, and throws for no bytes whatever.
 *
 *     record := frame                             ; begins with 08
 *             | blank* "{" …                      ; one JSON trade, or one a line
 *             | blank* "[" …                      ; a JSON array of trades
 */
export const readRecord = (data: Uint8Array, columns: TradeColumns, limits: TradeLimits): RecordReading => {
  if (data[0] === FRAME_START) return readFrameRecord(data, columns, limits);
  const first = firstByte(data);
  if (first === OPEN_OBJECT || first === OPEN_ARRAY)
    return { producer: undefined, number: 0, ...readJsonTrades(data, columns, limits) };
  return rejectedWhole(data, "unknown-shape");
};

const readFrameRecord = (data: Uint8Array, columns: TradeColumns, limits: TradeLimits): RecordReading => {
  const reading = readFrame(data, columns, limits);
  if (reading.kind === "rejected") return rejectedWhole(data, reading.reason);
  const { producer, number, tradeCount, faults } = reading;
  return { producer, number, tradeCount, faults: faults.map((fault) => ({ ...fault, bytes: data })) };
};

const rejectedWhole = (bytes: Uint8Array, reason: RejectionReason): RecordReading => ({
  producer: undefined,
  number: 0,
  tradeCount: 0,
  faults: [{ index: -1, reason, bytes }],
});
