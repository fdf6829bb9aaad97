import { HeldPanes } from "#core/held-panes.ts";
import type { Decimal, WideDecimal } from "#core/decimal.ts";
import type { Pane } from "#core/pane.ts";
import { readRecord } from "#core/record.ts";
import { StepFold } from "#core/step-fold.ts";
import { TradeColumns } from "#core/trade-columns.ts";
import { epochMs, sequenceNumber, type DurationMs } from "#core/units.ts";
import { number } from "../cli/output.ts";
import { THREE_INTERVALS } from "./aggregator.ts";
import type { Benchmark, BenchmarkContext } from "./benchmark.ts";
import { cpuRounds, ratiosOf, roundsOf } from "./cpu-rounds.ts";
import { openDuckTrades, type DuckBarRow, type DuckColumns } from "./duckdb-bars.ts";
import { figureOf, type Figure } from "./figure.ts";
import { frameOf } from "./handler-lives.ts";
import { LaneFrames, LANES } from "./lane-frames.ts";
import { MARKET_STARTS_MS, symbolsOf, SyntheticMarket } from "./synthetic-market.ts";

const ONE_INTERVAL = THREE_INTERVALS.slice(0, 1);

/** Which trades come in which order, and what they are folded into. */
interface CoreCase {
  readonly symbolCount: number;
  /** As many as the app has by default, or one: then each frame brings trades of all symbols. */
  readonly lanes: number;
  readonly intervalsMs: readonly DurationMs[];
}

const CASES = [
  { symbolCount: 500, lanes: LANES },
  { symbolCount: 10_000, lanes: LANES },
  { symbolCount: 500, lanes: 1 },
].flatMap((one) => [ONE_INTERVAL, THREE_INTERVALS].map((intervalsMs): CoreCase => ({ ...one, intervalsMs })));
const FRAME_TRADES = 1_000;
const PRICE_SCALE = 4;
const SHARD = "shard";
/** A minute before the market: every time is behind it, also of trades that come late. */
const BASE_MS = MARKET_STARTS_MS - (MARKET_STARTS_MS % 60_000) - 60_000;

/**
 * The fold of decoded columns into panes, against DuckDB's GROUP BY on the same columns with one thread, its load not
 * counted. Once both leave the bars where they made them, and once all of them are read: ours as panes, DuckDB's as columns.
 */
export const coreBenchmark: Benchmark = {
  names: ["core.vs_duckdb", "core.trades_per_s"],
  measure: async function* (context) {
    for (const one of CASES) {
      context.progress(`core: ${titleOf(one)}`);
      yield* await measureCase(one, context);
      if (context.isQuick && one.intervalsMs === THREE_INTERVALS) return;
    }
  },
};

const titleOf = ({ symbolCount, lanes, intervalsMs }: CoreCase): string =>
  [
    `${number(symbolCount)} symbols`,
    `${intervalsMs.length} ${intervalsMs.length === 1 ? "interval" : "intervals"}`,
    ...(lanes === 1 ? ["all symbols in each record"] : []),
  ].join(", ");

const measureCase = async (one: CoreCase, { isQuick }: BenchmarkContext): Promise<readonly Figure[]> => {
  const { symbolCount, intervalsMs } = one;
  const columns = decodedTrades(one, isQuick ? 5 : 1_000);
  const indexes = new Map(symbolsOf(symbolCount).map((symbol, index) => [symbol, index]));
  using duck = await openDuckTrades(duckColumns(columns, indexes), columns.count, intervalsMs);
  const variants = {
    ours: () => fold(columns, intervalsMs),
    oursRead: () => panesOf(fold(columns, intervalsMs), columns, intervalsMs),
    duck: () => duck.group(),
    duckRead: () => duck.groupAndRead(),
  };
  mustBeSame(variants.oursRead(), await variants.duckRead(), indexes);
  const cpuMs = await cpuRounds(variants, roundsOf(isQuick));
  const title = titleOf(one);
  const versus = { name: "core.vs_duckdb", unit: "x" };
  return [
    figureOf({ ...versus, case: title }, ratiosOf(cpuMs.duck, cpuMs.ours)),
    figureOf({ ...versus, case: `${title}, bars read` }, ratiosOf(cpuMs.duckRead, cpuMs.oursRead)),
    figureOf(
      { name: "core.trades_per_s", case: title, unit: "trades/CPU-s" },
      cpuMs.ours.map((ms) => (columns.count / ms) * 1_000),
    ),
  ];
};

/** What the fold reads, with symbols as numbers, times that fit 31 bits, and one scale for all prices. */
const duckColumns = (columns: TradeColumns, indexes: ReadonlyMap<string, number>): DuckColumns => {
  const [symbol, price] = [new Int32Array(columns.count), new Int32Array(columns.count)];
  for (const run of columns.runs) {
    symbol.fill(indexes.get(run.symbol)!, run.from, run.to);
    for (let row = run.from; row < run.to; row++)
      price[row] = columns.price[row]! * 10 ** (PRICE_SCALE - run.priceScale);
  }
  const time = Int32Array.from(columns.eventTimeMs.subarray(0, columns.count), (ms) => ms - BASE_MS);
  return { symbol, price, size: columns.size, time, sequence: columns.sequence };
};

const decodedTrades = ({ symbolCount, lanes }: CoreCase, frameCount: number): TradeColumns => {
  const market = new SyntheticMarket({ symbolCount, tradesPerSecond: 200_000, seed: 42 });
  const columns = new TradeColumns(frameCount * FRAME_TRADES);
  const frames = new LaneFrames({ lanes, tradesPerFrame: FRAME_TRADES });
  const latestEventTimeMs = epochMs(Number.MAX_SAFE_INTEGER);
  for (let frame = 0; frame < frameCount; frame++)
    readRecord(frameOf(frames.take(market), frame), columns, { latestEventTimeMs });
  return columns;
};

const fold = (columns: TradeColumns, intervalsMs: readonly DurationMs[]): StepFold => {
  const step = new StepFold(intervalsMs);
  step.fold(columns, Number.NEGATIVE_INFINITY);
  return step;
};

const POSITION = sequenceNumber("1");

const panesOf = (step: StepFold, { symbols }: TradeColumns, intervalsMs: readonly DurationMs[]): readonly Pane[] => {
  const held = new HeldPanes(SHARD, intervalsMs, symbols);
  held.add(step, POSITION, () => step);
  return held.panes("in-life", POSITION);
};

/** @throws RangeError unless both made the same bars, to the last digit */
const mustBeSame = (
  panes: readonly Pane[],
  rows: readonly DuckBarRow[],
  indexes: ReadonlyMap<string, number>,
): void => {
  const ours = panes.map((pane) => rowText(pane, indexes)).toSorted();
  const theirs = rows.map(String).toSorted();
  const different = ours.findIndex((row, i) => row !== theirs[i]);
  if (ours.length !== theirs.length || different >= 0)
    throw new RangeError(
      `both must make the same bars, made ${ours.length} and ${theirs.length}, ` +
        `the first that differ ${ours[different]} and ${theirs[different]}`,
    );
};

const rowText = ({ symbol, intervalMs, startMs, content }: Pane, indexes: ReadonlyMap<string, number>): string =>
  [
    indexes.get(symbol),
    intervalMs,
    (startMs - BASE_MS) / intervalMs,
    content.tradeCount,
    ...[content.open.price, content.high, content.low, content.close.price].map(priceUnits),
    content.volume.units,
    ...[content.priceSum, content.notional].map(priceUnits),
  ].join(",");

/** Units at the scale of all prices; sizes are whole. */
const priceUnits = ({ units, scale }: Decimal | WideDecimal): bigint =>
  BigInt(units) * 10n ** BigInt(PRICE_SCALE - scale);
