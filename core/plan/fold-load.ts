import type { DurationMs } from "../units.ts";
import { MONTH_HOURS, touchedOf, type PlanLoad } from "./load.ts";
import { FOLD_NS, PANE_ITEM_BYTES, PANE_NS, PUT_US } from "./measured.ts";

/** What the aggregators do, all shards together, per second in which trades flow. */
export interface FoldLoad {
  /** How often an invocation, and a life, of each shard ends. */
  readonly stepSeconds: number;
  readonly lifeSeconds: number;
  /** Panes that are published: those that an invocation changed, and at a life's end all that it touched. */
  readonly rowsPerSecond: number;
  /** Panes that are stored, once a life. */
  readonly panePuts: number;
  /** Panes that are read, because an earlier life may have stored them. */
  readonly paneReads: number;
  /** Panes kept once every interval's time to live has gone by. */
  readonly panesKept: number;
  readonly cpuSeconds: number;
}

/**
 * Panes that change by chance: each trade falls on one pane of each interval, symbols and times evenly at random, which
 * is the most that a rate can change. `spanMs` of event times cut one window more than fit into it.
 */
const panesTouched = (load: PlanLoad, spanMs: number, trades: number): number =>
  load.intervals.reduce(
    (sum, { intervalMs }) => sum + touchedOf(load.symbolCount * (spanMs / intervalMs + 1), trades),
    0,
  );

/** Symbols of which a trade comes within so many seconds. */
export const changedSymbolsOf = ({ symbolCount, tradesPerSecond }: PlanLoad, seconds: number): number =>
  touchedOf(symbolCount, tradesPerSecond * seconds);

/** What `load` makes the aggregators do; `foldNs` of CPU go into each trade. */
export const foldLoadOf = (load: PlanLoad, foldNs: number = FOLD_NS): FoldLoad => {
  const { tradesPerSecond, arrivalWindowSeconds, maxOutOfOrdernessMs } = load;
  const stepSeconds = Math.max(1, load.batchingWindowSeconds);
  const lifeSeconds = arrivalWindowSeconds === 0 ? stepSeconds : arrivalWindowSeconds;
  const changed = panesTouched(load, stepSeconds * 1_000, tradesPerSecond * stepSeconds) / stepSeconds;
  const lifeMs = lifeSeconds * 1_000 + maxOutOfOrdernessMs;
  const panePuts = panesTouched(load, lifeMs, tradesPerSecond * lifeSeconds) / lifeSeconds;
  const paneReads = panesTouched(load, maxOutOfOrdernessMs, tradesPerSecond * lifeSeconds) / lifeSeconds;
  const rowsPerSecond = changed + panePuts;
  const store = ((panePuts + paneReads / READS_PER_REQUEST) * PUT_US) / 1e6;
  const cpuSeconds = (tradesPerSecond * foldNs + rowsPerSecond * PANE_NS) / 1e9 + store;
  return { stepSeconds, lifeSeconds, rowsPerSecond, panePuts, paneReads, panesKept: panesKept(load), cpuSeconds };
};

/** Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const READS_PER_REQUEST = 100;

const panesKept = (load: PlanLoad): number =>
  load.intervals.reduce((sum, { intervalMs, keepMs }) => sum + barsKept(load, intervalMs, keepMs), 0);

/** Bars of all symbols in the trading hours of `keepMs`. */
const barsKept = (
  { symbolCount, tradesPerSecond, hoursPerMonth }: PlanLoad,
  intervalMs: DurationMs,
  keepMs: number,
): number =>
  (keepMs / intervalMs) *
  (hoursPerMonth / MONTH_HOURS) *
  touchedOf(symbolCount, (tradesPerSecond * intervalMs) / 1_000);

/** Bytes that a row takes in a table's storage beyond its own. Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const ITEM_OVERHEAD_BYTES = 100;

/** What the kept panes take in storage. */
export const keptBytesOf = ({ panesKept: count }: FoldLoad): number => count * (PANE_ITEM_BYTES + ITEM_OVERHEAD_BYTES);
