import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { createCsvReader } from "#adapters/feeds/csv-trades.ts";
import { encodeFrame } from "#core/frame/encode.ts";
import type { Trade } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";
import { number } from "../cli/output.ts";
import type { Benchmark } from "./benchmark.ts";
import { figureOf, type Figure } from "./figure.ts";
import { LaneFrames, LANES } from "./lane-frames.ts";
import { SyntheticMarket } from "./synthetic-market.ts";

const NAME = "frame.bytes_per_trade";
const FRAME_TRADES = [1_000, 4_000] as const;
const SYNTHETIC = { symbolCount: 500, tradesPerSecond: 200_000, seed: 42 } as const;
const SYNTHETIC_CASES = [LANES, 1].flatMap((lanes) =>
  FRAME_TRADES.flatMap((tradesPerFrame) =>
    (["least", "all"] as const).map((columns) => ({ lanes, tradesPerFrame, columns })),
  ),
);
const REAL_DAY = new URL("../test/data/trades-2013-10-07.csv.gz", import.meta.url);
const HEAD = { producer: "9f8e7d6c5b4a39281706f5e4d3c2b1a0", number: 1_000 } as const;

/** How long frames are, per trade: a sample a frame. */
export const frameBytesBenchmark: Benchmark = {
  names: [NAME],
  measure: async function* ({ isQuick, progress }) {
    const frameCount = isQuick ? 2 : 100;
    for (const { lanes, tradesPerFrame, columns } of SYNTHETIC_CASES) {
      progress(`${NAME}: synthetic, ${tradesPerFrame} a frame`);
      const market = new SyntheticMarket({ ...SYNTHETIC, columns });
      const cutter = new LaneFrames({ lanes, tradesPerFrame, columns });
      const frames = Array.from({ length: frameCount }, () => cutter.take(market).grouped);
      const all = lanes === 1 ? ", all symbols in each" : "";
      yield figure(`500 symbols, ${number(tradesPerFrame)} a frame${all}, ${columnsText(columns)}`, frames);
    }
    progress(`${NAME}: the real day`);
    const day = realDay();
    for (const tradeCount of FRAME_TRADES) {
      const frames = cut(isQuick ? day.slice(0, 2 * tradeCount) : day, tradeCount);
      const title = `real day, ${number(tradeCount)} a frame`;
      yield figure(`${title}, ${columnsText("least")}`, frames.map(withLeastColumns));
      yield figure(`${title}, ${columnsText("all")}`, frames);
    }
  },
};

const columnsText = (columns: "least" | "all"): string => (columns === "least" ? "no optional columns" : "all columns");

const figure = (title: string, frames: readonly (readonly Trade[])[]): Figure =>
  figureOf({ name: NAME, case: title, unit: "bytes/trade" }, frames.map(bytesPerTrade));

const bytesPerTrade = (trades: readonly Trade[]): number => {
  const [first] = trades;
  const reachedMs = epochMs(first!.eventTimeMs);
  return encodeFrame({ ...HEAD, ingestTimeMs: reachedMs, frontierMs: reachedMs, trades }).length / trades.length;
};

const realDay = (): readonly Trade[] => {
  const [header, ...lines] = gunzipSync(readFileSync(REAL_DAY)).toString("latin1").trimEnd().split("\n");
  const read = createCsvReader(header!, "replay");
  if (typeof read !== "function") throw new RangeError(`the header of the real day ${read}`);
  return lines.flatMap((line, index) => {
    const row = read(line, index + 2);
    return row.kind === "trade" ? [{ ...row.trade, currency: "USD" }] : [];
  });
};

const cut = (trades: readonly Trade[], tradeCount: number): readonly (readonly Trade[])[] =>
  Array.from({ length: Math.ceil(trades.length / tradeCount) }, (_, i) =>
    trades.slice(i * tradeCount, (i + 1) * tradeCount),
  );

/** The trades by symbol, numbered in that order, so that the frame need not say their numbers. */
const withLeastColumns = (trades: readonly Trade[]): readonly Trade[] =>
  [...Map.groupBy(trades, ({ symbol }) => symbol).values()]
    .flat()
    .map(({ symbol, price, size, eventTimeMs }, i) => ({ symbol, price, size, eventTimeMs, sequence: i + 1 }));
