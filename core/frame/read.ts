import { MAX_SCALE } from "../decimal.ts";
import { FaultTally } from "../fault-tally.ts";
import type { TradeColumns } from "../trade-columns.ts";
import { EVENT_TIME_RANGE_MS, type TradeLimits } from "../trade-limits.ts";
import type { Fault } from "../trade.ts";
import { epochMs, type EpochMs } from "../units.ts";
import { readDeltas, readEnds, readPositives, valuesOf, type ColumnState, type RunRows } from "./columns.ts";
import { FIELD, FRAME_VERSION, MAX_PRODUCER_BYTES } from "./fields.ts";
import { readLayout, type FrameLayout, type Span } from "./layout.ts";

export type FrameReading =
  | {
      readonly kind: "frame";
      /** Lower-case hex, undefined when the frame names no producer. */
      readonly producer: string | undefined;
      readonly number: number;
      /** The event time that the producer says it had reached before, undefined where it does not say. */
      readonly frontierMs: EpochMs | undefined;
      /** When the producer says that it had the trades, undefined where it does not say. */
      readonly ingestTimeMs: EpochMs | undefined;
      /** Trades written into the columns: all but the faults. */
      readonly tradeCount: number;
      /** Trades that can be none, the first 100 by their position in the frame. */
      readonly faults: readonly Fault[];
      /** How many they are in all. */
      readonly faultCount: number;
    }
  | { readonly kind: "rejected"; readonly reason: "malformed-frame" | "unsupported-version" };

const MALFORMED: FrameReading = { kind: "rejected", reason: "malformed-frame" };
const UNSUPPORTED: FrameReading = { kind: "rejected", reason: "unsupported-version" };
const NO_FAULTS: readonly Fault[] = [];

/**
 * Appends the trades of a frame to `columns`, in the frame's order, and its runs to their runs.
 *
 * A frame whose structure is wrong is rejected whole and leaves the columns as they were. A trade that cannot be true
 * (price or size not positive, stamped beyond the limit) is left out alone. Throws for no bytes whatever.
 */
export const readFrame = (data: Uint8Array, columns: TradeColumns, limits: TradeLimits): FrameReading => {
  const layout = readLayout(data, columns);
  if (!layout) return MALFORMED;
  if (layout.version !== FRAME_VERSION) return UNSUPPORTED;
  const rowCount = hasSoundScalars(layout) && layout.areSymbols ? readRuns(layout, columns) : -1;
  if (rowCount < 0) return MALFORMED;
  const states = fillRows(layout, rowCount, columns, limits);
  if (states.includes("broken") || !areOptionsSound(layout, rowCount)) return MALFORMED;
  const frame = { kind: "frame", ...headOf(layout, limits) } as const;
  if (states.includes("odd")) {
    if (!isSound(columns, rowCount)) return MALFORMED;
    const start = columns.count;
    const { faults, count } = sift(columns, layout.symbolCount, limits);
    return { ...frame, tradeCount: columns.count - start, faults, faultCount: count };
  }
  columns.runCount += layout.symbolCount;
  columns.count += rowCount;
  return { ...frame, tradeCount: rowCount, faults: NO_FAULTS, faultCount: 0 };
};

const headOf = ({ data, producer, number, frontierMs, ingestTimeMs }: FrameLayout, limits: TradeLimits) => ({
  producer: producerText(data, producer),
  number,
  frontierMs: timeOf(frontierMs, limits),
  ingestTimeMs: timeOf(ingestTimeMs, limits),
});

/** A time beyond the limit cannot be true, and is taken as not said. */
const timeOf = (timeMs: number, { latestEventTimeMs }: TradeLimits): EpochMs | undefined =>
  timeMs === 0 || timeMs > latestEventTimeMs ? undefined : epochMs(timeMs);

const hasSoundScalars = ({
  number,
  baseTimeMs,
  baseSequence,
  ingestTimeMs,
  frontierMs,
  producer,
}: FrameLayout): boolean =>
  [number, baseTimeMs, baseSequence, ingestTimeMs, frontierMs].every(Number.isSafeInteger) &&
  producer.to - producer.from <= MAX_PRODUCER_BYTES;

/**
 * Writes scales and ends of the frame's runs beyond those in use. Returns how many rows they have, -1 when symbols, lengths
 * and scales disagree.
 */
const readRuns = (layout: FrameLayout, columns: TradeColumns): number => {
  const { symbolCount, data } = layout;
  const { runCount, runPriceScale, runSizeScale, runEnd, count: start } = columns;
  // A trade takes at least three bytes, so that a sum of lengths beyond the frame's own length is a lie.
  const end = readEnds(layout.column(FIELD.trades), symbolCount, start, start + data.length, runEnd, runCount);
  const priceScales = scalesOf(layout, FIELD.priceScale);
  const sizeScales = scalesOf(layout, FIELD.sizeScale);
  if (end < 0 || !priceScales || !sizeScales) return -1;
  fillScales(priceScales, runPriceScale, runCount, symbolCount);
  fillScales(sizeScales, runSizeScale, runCount, symbolCount);
  return end - start;
};

const fillScales = (scales: readonly number[], out: Uint8Array, first: number, count: number): void => {
  if (scales.length <= 1) out.fill(scales[0] ?? 0, first, first + count);
  else out.set(scales, first);
};

/** No scale, one, or one a run; undefined when they are of another count or beyond what a decimal may have. */
const scalesOf = (layout: FrameLayout, field: number): readonly number[] | undefined => {
  const scales = valuesOf(layout.column(field));
  if (!scales?.every((scale) => scale <= MAX_SCALE)) return undefined;
  return scales.length <= 1 || scales.length === layout.symbolCount ? scales : undefined;
};

/** Writes the rows of the runs, which lie beyond `columns.count`. Returns what each column was. */
const fillRows = (
  layout: FrameLayout,
  rowCount: number,
  columns: TradeColumns,
  { latestEventTimeMs }: TradeLimits,
): readonly ColumnState[] => {
  const { count: from, runCount: first, runEnd: ends } = columns;
  columns.reserve(rowCount);
  const rows = { from, ends, first, end: first + layout.symbolCount };
  const times = { above: -EVENT_TIME_RANGE_MS, most: latestEventTimeMs };
  return [
    readDeltas(layout.column(FIELD.price), rows, 0, columns.price, { above: 0, most: MOST }),
    readPositives(layout.column(FIELD.size), from, from + rowCount, columns.size),
    readDeltas(layout.column(FIELD.time), rows, layout.baseTimeMs, columns.eventTimeMs, times),
    fillSequences(layout, rows, rowCount, columns.sequence),
  ];
};

const MOST = Number.MAX_SAFE_INTEGER;

const fillSequences = (layout: FrameLayout, rows: RunRows, rowCount: number, sequence: Float64Array): ColumnState => {
  const column = layout.column(FIELD.sequence);
  const { baseSequence } = layout;
  if (column.from < column.to) return readDeltas(column, rows, baseSequence, sequence, { above: -1, most: MOST });
  const { from } = rows;
  for (let row = from; row < from + rowCount; row++) sequence[row] = baseSequence + (row - from);
  return baseSequence + rowCount <= MOST ? "expected" : "odd";
};

/** Whether each optional column is absent or holds one position a trade, each within its names. */
const areOptionsSound = (layout: FrameLayout, tradeCount: number): boolean =>
  [
    { field: FIELD.venue, names: layout.venueNames },
    { field: FIELD.conditions, names: layout.conditionsNames },
  ].every(({ field, names }) => {
    const positions = valuesOf(layout.column(field));
    if (positions?.length === 0) return true;
    return positions?.length === tradeCount && positions.every((position) => position <= names.length);
  });

/** Whether the next `rows` rows hold safe integers, and times and sequences that can be. */
const isSound = ({ price, size, eventTimeMs, sequence, count }: TradeColumns, rows: number): boolean => {
  for (let row = count; row < count + rows; row++) {
    if (!Number.isSafeInteger(price[row]) || !Number.isSafeInteger(size[row])) return false;
    if (!Number.isSafeInteger(eventTimeMs[row]) || eventTimeMs[row]! <= -EVENT_TIME_RANGE_MS) return false;
    if (!Number.isSafeInteger(sequence[row]) || sequence[row]! < 0) return false;
  }
  return true;
};

/** Appends the rows of the next `runs` runs without the faults, moving rows together; returns the faults. */
const sift = (columns: TradeColumns, runs: number, { latestEventTimeMs, maxFaults }: TradeLimits): FaultTally => {
  const { price, size, eventTimeMs, sequence, runEnd } = columns;
  const start = columns.count;
  const tally = new FaultTally(maxFaults);
  for (let row = start, endRun = columns.runCount + runs; columns.runCount < endRun; columns.runCount++) {
    for (const end = runEnd[columns.runCount]!; row < end; row++) {
      const index = row - start;
      if (price[row]! <= 0 || size[row]! <= 0) tally.add(index, "not-positive");
      else if (eventTimeMs[row]! > latestEventTimeMs) tally.add(index, "future");
      else {
        for (const column of [price, size, eventTimeMs, sequence]) column[columns.count] = column[row]!;
        columns.count++;
      }
    }
    runEnd[columns.runCount] = columns.count;
  }
  return tally;
};

const producerText = (data: Uint8Array, { from, to }: Span): string | undefined => {
  let text = "";
  for (let at = from; at < to; at++) text += (data[at]! + 256).toString(16).slice(1);
  return text === "" ? undefined : text;
};
