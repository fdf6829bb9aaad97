import { encodeFrame } from "#core/frame/encode.ts";
import { eventTexts, FINAL_EVENT_TEXT, type EventRecord, type EventText } from "./kinesis-event-text.ts";
import { LaneFrames } from "./lane-frames.ts";
import { plainTradeJson } from "./plain-handler.ts";
import { SyntheticMarket, type MarketSetting, type TradeBatch } from "./synthetic-market.ts";

/** What the events of a life hold. */
export interface LifeSetting extends MarketSetting {
  readonly tradesPerFrame: number;
  /** Each frame holds the symbols of one, as the fetcher's do. */
  readonly lanes: number;
  /** No event holds more; each is filled up to 6 MB else. */
  readonly maxTradesPerEvent: number;
  readonly eventCount: number;
}

/** The events of one arrival window, without the last one that ends it. */
export interface LifeTexts {
  readonly texts: readonly string[];
  readonly tradeCount: number;
}

const PRODUCER = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";

/** Events whose records are frames, each closed when a lane has trades enough. */
export const frameLife = (setting: LifeSetting): LifeTexts => {
  const market = new SyntheticMarket(setting);
  const lanes = new LaneFrames(setting);
  let number = 0;
  return lifeOf(
    eventTexts((): EventRecord => {
      let full = lanes.next();
      for (; full === undefined; full = lanes.next()) lanes.add(market.take(setting.tradesPerFrame));
      const { lane, batch } = full;
      const { arrivalTimeMs, grouped } = batch;
      return { data: frameOf(batch, number++), partitionKey: lane, arrivalTimeMs, tradeCount: grouped.length };
    }, setting),
  );
};

/** The frame of a batch, as a producer writes it that says how far it was before. */
export const frameOf = (
  { grouped, frontierMs, arrivalTimeMs }: Omit<TradeBatch, "arrived">,
  number: number,
): Uint8Array => encodeFrame({ producer: PRODUCER, number, ingestTimeMs: arrivalTimeMs, frontierMs, trades: grouped });

/** Events of the same market with one JSON trade a record. */
export const plainLife = (setting: LifeSetting): LifeTexts => {
  const market = new SyntheticMarket(setting);
  let [batch, next] = [market.take(setting.tradesPerFrame), 0];
  return lifeOf(
    eventTexts((): EventRecord => {
      if (next === batch.arrived.length) [batch, next] = [market.take(setting.tradesPerFrame), 0];
      const trade = batch.arrived[next++]!;
      const data = Buffer.from(plainTradeJson(trade));
      return { data, partitionKey: trade.symbol, arrivalTimeMs: batch.arrivalTimeMs, tradeCount: 1 };
    }, setting),
  );
};

const lifeOf = (events: readonly EventText[]): LifeTexts => ({
  texts: events.map(({ text }) => text),
  tradeCount: events.reduce((sum, { tradeCount }) => sum + tradeCount, 0),
});

/**
 * Runs one arrival window from its first event to the one that ends it, as Lambda does: text in, text out, the state of
 * each response put into the next event. The state's text is parsed by itself, which costs what it would within the event.
 */
export const runLife = async (handle: (event: never) => Promise<object>, { texts }: LifeTexts): Promise<void> => {
  let response = '{"state":{}}';
  for (const text of [...texts, FINAL_EVENT_TEXT]) {
    const { state } = JSON.parse(response) as { readonly state: object };
    response = JSON.stringify(await handle(Object.assign(JSON.parse(text) as object, { state }) as never));
  }
};

const scratch = Buffer.alloc(1 << 20);

/** What no handler can avoid: parses the events, and turns their records' base64 into bytes in one reused buffer. */
export const runFloor = ({ texts }: LifeTexts): number => {
  let bytes = 0;
  for (const text of texts) {
    const { Records } = JSON.parse(text) as { readonly Records: readonly { readonly kinesis: { data: string } }[] };
    for (const { kinesis } of Records) bytes += scratch.write(kinesis.data, 0, "base64");
  }
  return bytes;
};
