import { least } from "./decimal.ts";
import type { NamedTrade } from "./ports/trade-sink.ts";
import type { ShardRecord } from "./ports/shard-reader.ts";
import { readRecord } from "./record.ts";
import { TradeColumns } from "./trade-columns.ts";
import { epochMs, type DurationMs } from "./units.ts";

/**
 * The trades of records, each named after its frame where that has a name, so that one that was sent twice is one; else
 * after its record. What the aggregator rejects is left out.
 */
export const namedTrades = (
  records: readonly ShardRecord[],
  shard: string,
  clockSkewMs: DurationMs,
): readonly NamedTrade[] => {
  const columns = new TradeColumns();
  const trades: NamedTrade[] = [];
  for (const { sequenceNumber, arrivalTimeMs, data } of records) {
    columns.truncate(0, 0);
    const limits = { latestEventTimeMs: epochMs(arrivalTimeMs + clockSkewMs) };
    const { producer, number } = readRecord(data, columns, limits);
    const name = producer === undefined ? `${shard}:${sequenceNumber}` : `${producer}:${number}`;
    for (const { symbol, priceScale, sizeScale, from, to } of columns.runs)
      for (let row = from; row < to; row++)
        trades.push({
          id: `${name}:${row}`,
          symbol,
          eventTimeMs: epochMs(columns.eventTimeMs[row]!),
          price: least({ units: columns.price[row]!, scale: priceScale }),
          size: least({ units: columns.size[row]!, scale: sizeScale }),
        });
  }
  return trades;
};
