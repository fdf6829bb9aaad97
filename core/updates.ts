/**
 * What travels on the bars stream and on sockets: whole panes, one row each, columns named once.
 *
 *     record = {"version":1,"columns":["symbol","interval",…],"rows":[["IBM","1m",…],…]}     as ASCII JSON
 */

import { asciiBytes, asciiJson, asciiText } from "./ascii-json.ts";
import { intervalText, readInterval, windowStart } from "./interval.ts";
import { CONTENT_COLUMNS, contentRow, readContentRow } from "./pane-row.ts";
import type { Pane } from "./pane.ts";
import { isSymbol } from "./trade.ts";
import { epochMs, readSequenceNumber, type EpochMs } from "./units.ts";

const VERSION = 1;

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
const HEAD = `{"version":${VERSION},"columns":${COLUMNS_TEXT},"rows":[`;
const TAIL = "]}";

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

/**
 * Records for the bars stream that together hold `panes` in their order. None is longer than `maxBytes` unless a single
 * pane is; no panes give no records.
 */
export const updateRecords = (panes: readonly Pane[], maxBytes: number): readonly Uint8Array[] =>
  packed(panes.map(paneRowText), maxBytes - HEAD.length - TAIL.length).map((rows) =>
    asciiBytes(HEAD + rows.join(",") + TAIL),
  );

/**
 * The panes of one record that {@link updateRecords} wrote.
 * @throws RangeError when `data` is anything else.
 */
export const readUpdateRecord = (data: Uint8Array): readonly Pane[] => {
  const record = readJson(asciiText(data));
  if (typeof record !== "object" || record === null) throw new RangeError("an update record must be a JSON object");
  const { version, columns, rows } = record as { version?: unknown; columns?: unknown; rows?: unknown };
  if (version !== VERSION)
    throw new RangeError(`an update record must be of version ${VERSION}, was ${String(version)}`);
  return readPaneRows(columns, rows);
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

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new RangeError("an update record must be JSON", { cause });
  }
};
