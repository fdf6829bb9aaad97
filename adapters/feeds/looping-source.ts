import { windowStart } from "#core/interval.ts";
import type { SourceRow, TradeSource } from "#core/ports/trade-source.ts";
import { durationMs, epochMs, type DurationMs, type EpochMs } from "#core/units.ts";

export interface LoopingSetting {
  /**
   * Shifts times to now: the source begins with the first trade that is not older than this before the start, and each
   * trade is due at its own time. @default times stay as they are, and the source begins with its first row
   */
  readonly historyMs?: number | undefined;
  /** Whether the first row follows the last, for ever. @default false */
  readonly isLooping?: boolean | undefined;
}

/** The steps that times can be shifted by: the greatest first. Each is a whole multiple of the next. */
const STEPS_MS = [86_400_000, 3_600_000, 900_000, 300_000, 60_000, 10_000, 1_000].map(durationMs);

/** A pass may be followed by a pause of this share of its length. */
const LONGEST_PAUSE = 0.1;

/** What one pass through a source looks like. */
interface Layout {
  /** The time of each row; a rejected row has that of the row before. */
  readonly timesMs: readonly number[];
  readonly firstMs: number;
  /** A shift is a whole number of these. */
  readonly stepMs: DurationMs;
  /** From a row to the same row in the next pass: a whole number of steps, longer than the pass. */
  readonly periodMs: number;
  /** What sequences grow by from pass to pass, so that none comes twice. */
  readonly sequences: number;
}

/**
 * A finite source, moved to another time and repeated. Pass after pass is laid out along the time line, all moved by the
 * same whole number of steps and each a whole number of steps behind the one before:
 *
 *     |····pass 0····|p|····pass 1····|p|····pass 2…       p  pause
 *                ^start                   ^clock
 *
 * The step is the longest interval that leaves no pause worth mentioning (a tenth of a pass): an hour for trades from 13:30
 * to 14:30, a day for what fills one. So windows that divide a step and hold no seam of two passes have the very trades
 * that they have in the source, the same bars but for their times, and a chart has no hole where a pass ends.
 *
 * Which trade a row is depends on its number and on `startedAtMs` alone, so a run can go on where another stopped. The
 * source is read once through before the first row, to know its length.
 */
export const createLoopingSource = (
  source: TradeSource,
  { historyMs, isLooping = false }: LoopingSetting,
): TradeSource => ({
  isTimedByClock: historyMs !== undefined,
  async *rows(from, startedAtMs) {
    const layout = await layoutOf(source);
    const { firstMs, stepMs, periodMs } = layout;
    const rowCount = layout.timesMs.length;
    if (rowCount === 0) return;
    const beginMs = historyMs === undefined ? firstMs : startedAtMs - historyMs;
    const shiftMs = Math.floor((beginMs - firstMs) / stepMs) * stepMs;
    const row = rowAt(layout, beginMs - shiftMs) + from;
    let offset = row % rowCount;
    for (let pass = Math.floor(row / rowCount); pass === 0 || isLooping; pass++) {
      const move = { byMs: shiftMs + pass * periodMs, bySequence: pass * layout.sequences };
      for await (const rows of source.rows(offset, startedAtMs)) yield rows.map((each) => moved(each, move));
      offset = 0;
    }
  },
});

const layoutOf = async (source: TradeSource): Promise<Layout> => {
  const timesMs: number[] = [];
  let [firstMs, lastMs, newestMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for await (const rows of source.rows(0, epochMs(0))) {
    for (const row of rows) {
      if (row.kind === "trade") {
        const { eventTimeMs, sequence } = row.trade;
        newestMs = eventTimeMs;
        firstMs = Math.min(firstMs, eventTimeMs);
        lastMs = Math.max(lastMs, eventTimeMs);
        least = Math.min(least, sequence);
        greatest = Math.max(greatest, sequence);
      }
      timesMs.push(newestMs);
    }
  }
  if (firstMs > lastMs) return { timesMs: [], firstMs: 0, stepMs: STEPS_MS[0]!, periodMs: 0, sequences: 0 };
  return { timesMs, firstMs, ...periodOf(lastMs - firstMs), sequences: greatest - least + 1 };
};

/** The step for a pass of `spanMs`, and the least whole number of steps that is longer than the pass. */
export const periodOf = (spanMs: number): { readonly stepMs: DurationMs; readonly periodMs: number } => {
  const periods = STEPS_MS.map((stepMs) => ({ stepMs, periodMs: windowStart(epochMs(spanMs), stepMs) + stepMs }));
  return periods.find(({ periodMs }) => periodMs - spanMs <= spanMs * LONGEST_PAUSE) ?? periods.at(-1)!;
};

/** The first row at `timeMs` of the source's own time or later; as many as there are rows, if there is none. */
const rowAt = ({ timesMs }: Layout, timeMs: number): number => {
  const row = timesMs.findIndex((time) => time >= timeMs);
  return row < 0 ? timesMs.length : row;
};

const moved = (row: SourceRow, { byMs, bySequence }: { byMs: number; bySequence: number }): SourceRow => {
  if (row.kind === "rejected") return row;
  const { trade } = row;
  const eventTimeMs: EpochMs = epochMs(trade.eventTimeMs + byMs);
  return { kind: "trade", trade: { ...trade, eventTimeMs, sequence: trade.sequence + bySequence } };
};
