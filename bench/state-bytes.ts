import { createRandom } from "#core/random.ts";
import type { Trade } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";
import type { AggregatorEvent } from "#lambdas/aggregator/kinesis-event.ts";
import { number } from "../cli/output.ts";
import { openAggregator, THREE_INTERVALS } from "./aggregator.ts";
import type { Benchmark } from "./benchmark.ts";
import { figureOf } from "./figure.ts";
import { frameLife, frameOf } from "./handler-lives.ts";
import { LANES } from "./lane-frames.ts";
import { eventTexts } from "./kinesis-event-text.ts";
import { MARKET_STARTS_MS, symbolsOf } from "./synthetic-market.ts";

const NAME = "state.bytes";
const SYMBOL_COUNTS = [10, 500, 10_000] as const;
const TRADES_PER_SYMBOL = 10;
const PRICE_SCALE = 4;

/**
 * The state that Lambda carries from batch to batch, as long as it is in the response: base64 within JSON. Once with each
 * symbol in one window of each interval, once after five seconds of a market at 100,000 trades a second, one of two shards.
 */
export const stateBytesBenchmark: Benchmark = {
  names: [NAME],
  measure: async function* ({ isQuick, progress }) {
    for (const symbolCount of SYMBOL_COUNTS) {
      const title = `${number(symbolCount)} symbols, 3 intervals`;
      progress(`${NAME}: ${title}`);
      const [oneWindow, fiveSeconds] = [oneWindowText(symbolCount), fiveSecondsText(symbolCount, isQuick)];
      const figure = (what: string, bytes: number) =>
        figureOf({ name: NAME, case: `${title}, ${what}`, unit: "bytes" }, [bytes]);
      yield figure("one window each", await stateBytesAfter(oneWindow));
      yield figure("5 s of 100,000/s", await stateBytesAfter(fiveSeconds));
      if (isQuick) return;
    }
  },
};

const stateBytesAfter = async (text: string): Promise<number> => {
  const publish = (): void => undefined;
  const limitless = { maxStateBytes: Number.POSITIVE_INFINITY };
  const { handle } = openAggregator({ intervalsMs: THREE_INTERVALS, publish, ...limitless });
  const { state } = await handle(JSON.parse(text) as AggregatorEvent);
  return JSON.stringify(state).length;
};

/** An event in which each symbol is traded ten times within one second. */
const oneWindowText = (symbolCount: number): string => {
  const random = createRandom(7);
  const arrivalTimeMs = epochMs(MARKET_STARTS_MS + 1_000);
  const trades = symbolsOf(symbolCount).flatMap((symbol) => {
    const price = Math.round((5 + random() * 995) * 10 ** PRICE_SCALE);
    return Array.from({ length: TRADES_PER_SYMBOL }, (): Omit<Trade, "sequence"> => ({
      symbol,
      price: { units: price + Math.round((random() - 0.5) * 400), scale: PRICE_SCALE },
      size: { units: 1 + Math.floor(-Math.log(1 - random()) * 200), scale: 0 },
      eventTimeMs: epochMs(MARKET_STARTS_MS + Math.floor(random() * 1_000)),
    }));
  });
  const grouped = trades.map((trade, i): Trade => ({ ...trade, sequence: i + 1 }));
  const data = frameOf({ grouped, frontierMs: undefined, arrivalTimeMs }, 0);
  const record = { data, partitionKey: "0", arrivalTimeMs, tradeCount: trades.length };
  const [event] = eventTexts(() => record, { eventCount: 1, maxTradesPerEvent: trades.length });
  return event!.text;
};

const fiveSecondsText = (symbolCount: number, isQuick: boolean): string => {
  const { texts } = frameLife({
    symbolCount,
    tradesPerSecond: 100_000,
    seed: 42,
    tradesPerFrame: 1_000,
    lanes: LANES,
    maxTradesPerEvent: isQuick ? 5_000 : 500_000,
    eventCount: 1,
  });
  return texts[0]!;
};
