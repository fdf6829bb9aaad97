import { intervalText, readInterval, windowStart } from "#core/interval.ts";
import { CONTENT_COLUMNS, contentRow, readContentRow } from "#core/pane-row.ts";
import type { Pane, PaneKey } from "#core/pane.ts";
import { durationMs, epochMs, readSequenceNumber, type DurationMs, type EpochMs } from "#core/units.ts";
import { numberOf, readNumber, readText } from "./attributes.ts";
import type { Item } from "./requests.ts";

/**
 * How a pane is kept:
 *
 *     bar   = symbol "|" interval "|" bucket start            IBM|10s|1381132800000
 *     pane  = window start "|" shard                          000001381135200000|shardId-000000000000
 *     lastSequence, the columns of its content by name, corrected (true or absent), expiresAt
 *
 * A bucket is 720 windows, so that a query reads as many items of each shard at most.
 */
const BUCKET_WINDOWS = 720;
const DIGITS = 15;
const BEFORE_1970 = 2 ** 53;

const NUMBER_COLUMNS: ReadonlySet<string> = new Set([
  "tradeCount",
  "openTimeMs",
  "openSequence",
  "closeTimeMs",
  "closeSequence",
]);

/** The item of a pane, without its time to live. */
export const paneItem = (pane: Pane): Item => {
  const item = {
    ...paneItemKey(pane),
    lastSequence: { S: pane.lastSequence },
    ...(pane.isCorrected ? { corrected: { BOOL: true } } : {}),
  } as Item;
  contentRow(pane.content).forEach((cell, i) => {
    item[CONTENT_COLUMNS[i] as string] = typeof cell === "number" ? numberOf(cell) : { S: cell };
  });
  return item;
};

export const paneItemKey = ({ symbol, intervalMs, startMs, shard }: PaneKey): Item => ({
  bar: { S: barText(symbol, intervalMs, bucketStart(startMs, intervalMs)) },
  pane: { S: `${timeText(startMs)}|${shard}` },
});

/**
 * The pane of an item.
 * @throws RangeError when {@link paneItem} did not write it.
 */
export const readPaneItem = (item: Item): Pane => {
  const bar = readText(item, "bar");
  const bucketAt = bar.lastIndexOf("|");
  const intervalAt = bar.lastIndexOf("|", bucketAt - 1);
  const intervalMs = readInterval(bar.slice(intervalAt + 1, bucketAt));
  if (intervalMs === undefined) throw new RangeError(`a bar must name its interval, was ${bar}`);
  const pane = readText(item, "pane");
  const shardAt = pane.indexOf("|");
  return {
    symbol: bar.slice(0, intervalAt),
    intervalMs,
    startMs: readTimeText(pane.slice(0, shardAt)),
    shard: pane.slice(shardAt + 1),
    lastSequence: readSequenceNumber(readText(item, "lastSequence")),
    content: readContentRow(
      CONTENT_COLUMNS.map((name) => (NUMBER_COLUMNS.has(name) ? readNumber(item, name) : readText(item, name))),
    ),
    isCorrected: item["corrected"]?.BOOL === true,
  };
};

/** The partitions that hold the panes of windows starting in `[startMs, endMs)`, in the order of time. */
export const barTexts = (
  symbol: string,
  intervalMs: DurationMs,
  startMs: EpochMs,
  endMs: EpochMs,
): readonly string[] => {
  const bars: string[] = [];
  for (let at: number = bucketStart(startMs, intervalMs); at < endMs; at += BUCKET_WINDOWS * intervalMs) {
    bars.push(barText(symbol, intervalMs, epochMs(at)));
  }
  return bars;
};

/** A time as text that sorts as the time does: 15 digits, or a minus and the distance from -2^53. */
export const timeText = (timeMs: EpochMs): string =>
  timeMs < 0 ? `-${String(timeMs + BEFORE_1970).padStart(DIGITS + 1, "0")}` : String(timeMs).padStart(DIGITS, "0");

const readTimeText = (text: string): EpochMs =>
  epochMs(text.startsWith("-") ? Number(text.slice(1)) - BEFORE_1970 : Number(text));

const bucketStart = (startMs: EpochMs, intervalMs: DurationMs): EpochMs =>
  windowStart(startMs, durationMs(BUCKET_WINDOWS * intervalMs));

const barText = (symbol: string, intervalMs: DurationMs, bucketStartMs: EpochMs): string =>
  `${symbol}|${intervalText(intervalMs)}|${bucketStartMs}`;
