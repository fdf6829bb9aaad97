import { types } from "cassandra-driver";
import { windowStart } from "#core/interval.ts";
import { contentRow, readContentRow } from "#core/pane-row.ts";
import type { Pane, PaneKey } from "#core/pane.ts";
import { durationMs, epochMs, readSequenceNumber, type DurationMs, type EpochMs } from "#core/units.ts";
import type { Row } from "./client.ts";

/** A query reads as many rows of each shard at most. */
const BUCKET_WINDOWS = 720;

/** The columns of a content, in the order of its row. */
const CONTENT = [
  "trade_count",
  "open",
  "open_time",
  "open_sequence",
  "open_size",
  "high",
  "low",
  "close",
  "close_time",
  "close_sequence",
  "close_size",
  "volume",
  "price_sum",
  "notional",
] as const;

const TIMES: ReadonlySet<string> = new Set(["open_time", "close_time"]);

export const paneKeyColumns = ({ symbol, intervalMs, startMs, shard }: PaneKey): Record<string, unknown> => ({
  symbol,
  bucket: timestamp(bucketStart(startMs, intervalMs)),
  start: timestamp(startMs),
  shard,
});

/** What a pane's row holds beside its key, but for its end. */
export const paneColumns = ({ lastSequence, isCorrected, content }: Pane): Record<string, unknown> => {
  const columns: Record<string, unknown> = { last_sequence: lastSequence, corrected: isCorrected };
  contentRow(content).forEach((cell, i) => {
    const name = CONTENT[i] as string;
    if (typeof cell === "string") columns[name] = cell;
    else columns[name] = TIMES.has(name) ? timestamp(epochMs(cell)) : types.Long.fromNumber(cell);
  });
  return columns;
};

/** The pane of a row. @throws RangeError when {@link paneColumns} did not write it. */
export const readPane = (row: Row, intervalMs: DurationMs): Pane => ({
  symbol: row.get("symbol") as string,
  intervalMs,
  startMs: timeOf(row.get("start")),
  shard: row.get("shard") as string,
  lastSequence: readSequenceNumber(row.get("last_sequence") as string),
  content: readContentRow(CONTENT.map((name) => plainOf(row.get(name)))),
  isCorrected: row.get("corrected") === true,
});

const plainOf = (cell: unknown): unknown => {
  if (cell instanceof types.Long) return cell.toNumber();
  return cell instanceof Date ? cell.getTime() : cell;
};

export const timestamp = (timeMs: EpochMs): types.Long => types.Long.fromNumber(timeMs);

export const timeOf = (cell: unknown): EpochMs => epochMs((cell as Date).getTime());

/** Undefined of an empty cell. */
export const timeOrNone = (cell: unknown): EpochMs | undefined => (cell == null ? undefined : timeOf(cell));

/** The buckets that hold the panes of windows starting in `[startMs, endMs)`, in the order of time. */
export const bucketsOf = (intervalMs: DurationMs, startMs: EpochMs, endMs: EpochMs): readonly EpochMs[] => {
  const buckets: EpochMs[] = [];
  for (let at: number = bucketStart(startMs, intervalMs); at < endMs; at += BUCKET_WINDOWS * intervalMs)
    buckets.push(epochMs(at));
  return buckets;
};

/** The start of the bucket that a window is in. */
export const bucketStart = (startMs: EpochMs, intervalMs: DurationMs): EpochMs =>
  windowStart(startMs, durationMs(BUCKET_WINDOWS * intervalMs));
