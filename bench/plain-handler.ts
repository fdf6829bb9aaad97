import { SHARD_ID } from "./kinesis-event-text.ts";
import type { Trade } from "#core/trade.ts";

/** A record of the plain handler's stream: one trade. */
export interface PlainTrade {
  readonly symbol: string;
  readonly price: number;
  readonly size: number;
  readonly eventTimeMs: number;
}

/** The JSON that a plain producer puts for each trade, about 190 bytes. */
export const plainTradeJson = ({ symbol, price, size, eventTimeMs, sequence }: Trade): string =>
  `{"tradeId":"${(0x10_00_00_00 + sequence).toString(16)}-7c1e-4d5a-9b1f-0123456789ab","symbol":"${symbol}",` +
  `"price":${(price.units / 10 ** price.scale).toFixed(price.scale)},"size":${size.units},"currency":"USD",` +
  `"eventTimeMs":${eventTimeMs},"source":"market-data-simulator","venue":"XNAS"}`;

/** What a plain handler knows of one bar: floats, in a row that is short as JSON. */
export type PlainBar = [
  tradeCount: number,
  open: number,
  openTimeMs: number,
  high: number,
  low: number,
  close: number,
  closeTimeMs: number,
  volume: number,
  priceSum: number,
  notional: number,
];

export interface PlainEvent {
  readonly Records: readonly { readonly kinesis: { readonly data: string } }[];
  readonly state: { readonly bars?: Readonly<Record<string, PlainBar>> };
  readonly shardId: string;
  readonly isFinalInvokeForWindow: boolean;
}

export interface PlainResponse {
  readonly state: PlainEvent["state"];
  readonly batchItemFailures: readonly [];
}

/** Takes the bars that an invocation has changed, or at the end all, by `symbol|interval|start`. */
export type TakeBars = (bars: readonly (readonly [string, PlainBar])[]) => void;

/**
 * The handler that everybody writes first: one JSON trade a record, bars in a map by text, sums in floats, the map handed
 * on as the window's state.
 */
export const createPlainHandler =
  (intervalsMs: readonly number[], publish: TakeBars, store: TakeBars) =>
  async ({ Records, state, shardId, isFinalInvokeForWindow }: PlainEvent): Promise<PlainResponse> => {
    if (shardId !== SHARD_ID) throw new RangeError(`events must be of ${SHARD_ID}, one was of ${shardId}`);
    const bars = new Map<string, PlainBar>(Object.entries(state.bars ?? {}));
    const changed = new Set<string>();
    for (const { kinesis } of Records) {
      const trade = JSON.parse(Buffer.from(kinesis.data, "base64").toString()) as PlainTrade;
      for (const intervalMs of intervalsMs) changed.add(addPlainTrade(bars, trade, intervalMs));
    }
    publish([...changed].map((key) => [key, bars.get(key)!]));
    if (isFinalInvokeForWindow) store([...bars]);
    return { state: isFinalInvokeForWindow ? {} : { bars: Object.fromEntries(bars) }, batchItemFailures: [] };
  };

/** Adds a trade to its bar of an interval, and tells the bar's key. */
export const addPlainTrade = (bars: Map<string, PlainBar>, trade: PlainTrade, intervalMs: number): string => {
  const key = `${trade.symbol}|${intervalMs}|${Math.floor(trade.eventTimeMs / intervalMs) * intervalMs}`;
  const bar = bars.get(key);
  if (bar === undefined) bars.set(key, barOf(trade));
  else addTo(bar, trade);
  return key;
};

const barOf = ({ price, size, eventTimeMs }: PlainTrade): PlainBar => [
  1,
  price,
  eventTimeMs,
  price,
  price,
  price,
  eventTimeMs,
  size,
  price,
  price * size,
];

const addTo = (bar: PlainBar, { price, size, eventTimeMs }: PlainTrade): void => {
  bar[0]++;
  if (eventTimeMs < bar[2]) [bar[1], bar[2]] = [price, eventTimeMs];
  if (price > bar[3]) bar[3] = price;
  if (price < bar[4]) bar[4] = price;
  if (eventTimeMs >= bar[6]) [bar[5], bar[6]] = [price, eventTimeMs];
  bar[7] += size;
  bar[8] += price;
  bar[9] += price * size;
};
