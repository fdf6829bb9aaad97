import { MAX_SCALE } from "../decimal.ts";
import { FaultTally } from "../fault-tally.ts";
import type { Run, TradeColumns } from "../trade-columns.ts";
import { EVENT_TIME_RANGE_MS, type TradeLimits } from "../trade-limits.ts";
import type { Fault } from "../trade.ts";
import { epochMs, type EpochMs } from "../units.ts";
import { readDeltas, readPositives, valuesOf, type ColumnState } from "./columns.ts";
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
  const layout = readLayout(data, columns.symbols);
  if (!layout) return MALFORMED;
  if (layout.version !== FRAME_VERSION) return UNSUPPORTED;
  const runs = hasSoundScalars(layout) ? runsOf(layout, columns) : undefined;
  if (!runs) return MALFORMED;
  const states = fillRows(layout, runs, columns, limits);
  if (states.includes("broken") || !areOptionsSound(layout, rowCount(runs))) return MALFORMED;
  const frame = { kind: "frame", ...headOf(layout, limits) } as const;
  if (states.includes("odd")) {
    if (!isSound(columns, rowCount(runs))) return MALFORMED;
    const start = columns.count;
    const { faults, count } = sift(columns, runs, limits);
    return { ...frame, tradeCount: columns.count - start, faults, faultCount: count };
  }
  for (const run of runs) if (run.to > run.from) columns.runs.push(run);
  columns.count += rowCount(runs);
  return { ...frame, tradeCount: rowCount(runs), faults: NO_FAULTS, faultCount: 0 };
};

/** A frontier beyond the limit cannot be true, and is taken as not said. */
const headOf = ({ data, producer, number, frontierMs }: FrameLayout, { latestEventTimeMs }: TradeLimits) => ({
  producer: producerText(data, producer),
  number,
  frontierMs: frontierMs === 0 || frontierMs > latestEventTimeMs ? undefined : epochMs(frontierMs),
});

const rowCount = (runs: readonly Run[]): number => (runs.at(-1)?.to ?? 0) - (runs[0]?.from ?? 0);

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

/** The runs of a frame whose first trade goes to the next row; undefined when symbols, lengths and scales disagree. */
const runsOf = (layout: FrameLayout, { symbols, count: start }: TradeColumns): readonly Run[] | undefined => {
  const { symbolIds } = layout;
  const lengths = valuesOf(layout.column(FIELD.trades));
  const priceScales = scalesOf(layout, FIELD.priceScale);
  const sizeScales = scalesOf(layout, FIELD.sizeScale);
  if (lengths?.length !== symbolIds.length || !priceScales || !sizeScales) return undefined;
  const runs: Run[] = [];
  let from = start;
  for (let i = 0; i < symbolIds.length; i++) {
    const symbolId = symbolIds[i]!;
    const to = from + lengths[i]!;
    // A trade takes at least three bytes, so that a sum of lengths beyond the frame's own length is a lie.
    if (symbolId < 0 || !(to - start <= layout.data.length)) return undefined;
    const [priceScale, sizeScale] = [priceScales[i] ?? priceScales[0] ?? 0, sizeScales[i] ?? sizeScales[0] ?? 0];
    runs.push({ symbol: symbols.text(symbolId), symbolId, priceScale, sizeScale, from, to });
    from = to;
  }
  return runs;
};

/** No scale, one, or one a run; undefined when they are of another count or beyond what a decimal may have. */
const scalesOf = (layout: FrameLayout, field: number): readonly number[] | undefined => {
  const scales = valuesOf(layout.column(field));
  if (!scales?.every((scale) => scale <= MAX_SCALE)) return undefined;
  return scales.length <= 1 || scales.length === layout.symbolIds.length ? scales : undefined;
};

/** Writes the rows of the runs, which lie beyond `columns.count`. Returns what each column was. */
const fillRows = (
  layout: FrameLayout,
  runs: readonly Run[],
  columns: TradeColumns,
  { latestEventTimeMs }: TradeLimits,
): readonly ColumnState[] => {
  const start = columns.count;
  columns.reserve(rowCount(runs));
  return [
    readDeltas(layout.column(FIELD.price), runs, 0, columns.price, { above: 0, most: MOST }),
    readPositives(layout.column(FIELD.size), start, start + rowCount(runs), columns.size),
    readDeltas(layout.column(FIELD.time), runs, layout.baseTimeMs, columns.eventTimeMs, {
      above: -EVENT_TIME_RANGE_MS,
      most: latestEventTimeMs,
    }),
    fillSequences(layout, runs, columns),
  ];
};

const MOST = Number.MAX_SAFE_INTEGER;

const fillSequences = (layout: FrameLayout, runs: readonly Run[], { sequence, count }: TradeColumns): ColumnState => {
  const column = layout.column(FIELD.sequence);
  const { baseSequence } = layout;
  if (column.from < column.to) return readDeltas(column, runs, baseSequence, sequence, { above: -1, most: MOST });
  const end = count + rowCount(runs);
  for (let row = count; row < end; row++) sequence[row] = baseSequence + (row - count);
  return baseSequence + rowCount(runs) <= MOST ? "expected" : "odd";
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

/** Appends the rows of sound runs without the faults, moving rows together; returns the faults. */
const sift = (
  columns: TradeColumns,
  runs: readonly Run[],
  { latestEventTimeMs, maxFaults }: TradeLimits,
): FaultTally => {
  const { price, size, eventTimeMs, sequence } = columns;
  const start = columns.count;
  const tally = new FaultTally(maxFaults);
  for (const run of runs) {
    const from = columns.count;
    for (let row = run.from; row < run.to; row++) {
      const index = row - start;
      if (price[row]! <= 0 || size[row]! <= 0) tally.add(index, "not-positive");
      else if (eventTimeMs[row]! > latestEventTimeMs) tally.add(index, "future");
      else {
        for (const column of [price, size, eventTimeMs, sequence]) column[columns.count] = column[row]!;
        columns.count++;
      }
    }
    if (columns.count > from) columns.runs.push({ ...run, from, to: columns.count });
  }
  return tally;
};

const producerText = (data: Uint8Array, { from, to }: Span): string | undefined => {
  let text = "";
  for (let at = from; at < to; at++) text += (data[at]! + 256).toString(16).slice(1);
  return text === "" ? undefined : text;
};
