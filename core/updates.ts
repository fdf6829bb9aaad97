/** What travels on sockets: whole panes, one row each, columns named once. */

import { asciiJson } from "./ascii-json.ts";
import { intervalText, readInterval, windowStart } from "./interval.ts";
import { CONTENT_COLUMNS, contentRow, readContentRow } from "./pane-row.ts";
import type { Pane } from "./pane.ts";
import { isSymbol } from "./trade.ts";
import { epochMs, readSequenceNumber, type EpochMs } from "./units.ts";

/** The columns of a pane row, in order: the key, the position it is folded up to, the content, what is said of it. */
export const PANE_COLUMNS = [
  "symbol",
  "interval",
  "startMs",
  "shard",
  "lastSequence",
  ...CONTENT_COLUMNS,
  "corrected",
] as const;

const COLUMNS_TEXT = asciiJson(PANE_COLUMNS);

/** The row of `pane` as ASCII JSON text; equal panes give identical texts. See {@link PANE_COLUMNS}. */
export const paneRowText = (pane: Pane): string =>
  asciiJson([
    pane.symbol,
    intervalText(pane.intervalMs),
    pane.startMs,
    pane.shard,
    pane.lastSequence,
    ...contentRow(pane.content),
    pane.isCorrected,
  ]);

/**
 * The panes of rows whose columns are `columns`.
 * @throws RangeError when the columns or any row are other than {@link paneRowText} writes.
 */
export const readPaneRows = (columns: unknown, rows: unknown): readonly Pane[] => {
  if (JSON.stringify(columns) !== COLUMNS_TEXT) throw new RangeError(`columns must be ${COLUMNS_TEXT}`);
  if (!Array.isArray(rows)) throw new RangeError(`rows must be an array, was ${typeof rows}`);
  return rows.map(readPaneRow);
};

/** `rows` in their order, in groups whose comma-joined length is at most `maxLength` unless a single row is longer. */
export const packed = (rows: readonly string[], maxLength: number): readonly (readonly string[])[] => {
  const groups: string[][] = [];
  let length = Infinity;
  for (const row of rows) {
    length += row.length + 1;
    const group = groups.at(-1);
    if (group !== undefined && length <= maxLength) {
      group.push(row);
    } else {
      groups.push([row]);
      length = row.length;
    }
  }
  return groups;
};

const readPaneRow = (row: unknown): Pane => {
  if (!Array.isArray(row)) throw new RangeError(`a pane row must be an array, was ${typeof row}`);
  const [symbol, interval, startMs, shard, lastSequence, ...rest] = row as readonly unknown[];
  if (typeof symbol !== "string" || !isSymbol(symbol))
    throw new RangeError(`a pane's symbol must be one, was ${String(symbol)}`);
  const intervalMs = typeof interval === "string" ? readInterval(interval) : undefined;
  if (intervalMs === undefined) throw new RangeError(`a pane's interval must be one, was ${String(interval)}`);
  const start = instant(startMs);
  if (windowStart(start, intervalMs) !== start)
    throw new RangeError(`a pane must start a window of ${intervalText(intervalMs)}, was ${start}`);
  if (typeof shard !== "string" || shard === "")
    throw new RangeError(`a pane's shard must be a name, was ${String(shard)}`);
  if (typeof lastSequence !== "string") throw new RangeError(`a position must be text, was ${String(lastSequence)}`);
  const isCorrected = rest.at(-1);
  if (typeof isCorrected !== "boolean")
    throw new RangeError(`a pane must say whether it was corrected, said ${String(isCorrected)}`);
  return {
    symbol,
    intervalMs,
    startMs: start,
    shard,
    lastSequence: readSequenceNumber(lastSequence),
    content: readContentRow(rest.slice(0, -1)),
    isCorrected,
  };
};

const instant = (cell: unknown): EpochMs => {
  if (typeof cell !== "number") throw new RangeError(`startMs must be a number, was ${String(cell)}`);
  return epochMs(cell);
};
