import { least } from "../decimal.ts";
import { frameDetails, type TradeDetails } from "../frame/trades.ts";
import { readRecord, type RecordReading } from "../record.ts";
import { TradeColumns } from "../trade-columns.ts";
import type { Trade } from "../trade.ts";
import { epochMs, type EpochMs } from "../units.ts";

/** A trade of a record, and which it is: faults are counted, too. */
export interface IndexedTrade {
  readonly index: number;
  readonly trade: Trade;
}

export interface IndexedReading extends RecordReading {
  readonly trades: readonly IndexedTrade[];
}

/** Reads a record as an aggregator does, names every fault, and says which trade is which. */
export const readIndexed = (data: Uint8Array, latestEventTimeMs: EpochMs): IndexedReading => {
  const columns = new TradeColumns();
  const reading = readRecord(data, columns, { latestEventTimeMs, maxFaults: Number.POSITIVE_INFINITY });
  const isFrame = reading.tradeCount > 0 && data[0] === FRAME_START;
  const details = isFrame ? frameDetailsOf(data) : noDetails;
  const faulty = new Set(reading.faults.map(({ index }) => index));
  const trades: IndexedTrade[] = [];
  let index = -1;
  for (const { symbol, priceScale, sizeScale, from, to } of columns.runs) {
    for (let row = from; row < to; row++) {
      do index++;
      while (faulty.has(index));
      const trade = {
        symbol,
        price: least({ units: columns.price[row]!, scale: priceScale }),
        size: least({ units: columns.size[row]!, scale: sizeScale }),
        eventTimeMs: epochMs(columns.eventTimeMs[row]!),
        sequence: columns.sequence[row]!,
        ...details(index),
      };
      trades.push({ index, trade });
    }
  }
  return { ...reading, trades };
};

const FRAME_START = 0x08;

const noDetails = (): TradeDetails => ({});

/** Texts that are no UTF-8 make no bar, and are left out. */
const frameDetailsOf = (data: Uint8Array): ((index: number) => TradeDetails) => {
  try {
    return frameDetails(data);
  } catch (error) {
    if (error instanceof RangeError) return noDetails;
    throw error;
  }
};
