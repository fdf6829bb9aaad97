import { paneKeyText, type Pane } from "#core/pane.ts";
import type { PaneStore } from "#core/ports/pane-store.ts";
import type { DurationMs } from "#core/units.ts";
import { expiresAt, isLive } from "./attributes.ts";
import { MAX_SOCKETS, openTable, type DynamoOptions } from "./client.ts";
import { concurrently } from "#core/concurrently.ts";
import { barTexts, paneItem, paneItemKey, readPaneItem, timeText } from "./pane-item.ts";
import { getAll, putGreater, queryAll, type Item } from "./requests.ts";

const QUERIES_IN_FLIGHT = 8;

export interface DynamoPaneStoreOptions extends DynamoOptions {
  /** The stored intervals, and for how long after it was written a pane of each is kept. */
  readonly intervals: readonly { readonly intervalMs: DurationMs; readonly keepMs: DurationMs }[];
}

/**
 * The bar store in a DynamoDB table with the keys `bar` and `pane` and the time to live `expiresAt`. A pane whose time is
 * over is out of every range; a `get` finds it until it is deleted, so that a late trade still adds to it.
 */
export const openDynamoPaneStore = (options: DynamoPaneStoreOptions): PaneStore & AsyncDisposable => {
  const table = openTable(options);
  const keepMs = new Map(options.intervals.map((interval) => [interval.intervalMs, interval.keepMs]));
  const itemOf = (pane: Pane): Item => {
    const keep = keepMs.get(pane.intervalMs);
    if (keep === undefined) throw new RangeError(`an interval must be stored, was ${pane.intervalMs} ms`);
    return { ...paneItem(pane), expiresAt: expiresAt(table.clock.nowMs(), keep) };
  };
  return {
    get: async (keys) => {
      const distinct = new Map(keys.map((key) => [paneKeyText(key), paneItemKey(key)]));
      return (await getAll(table, [...distinct.values()])).map(readPaneItem);
    },

    put: (panes) => concurrently(panes, MAX_SOCKETS, (pane) => putGreater(table, itemOf(pane), "lastSequence")),

    range: async ({ symbol, intervalMs, startMs, endMs }) => {
      const bars = barTexts(symbol, intervalMs, startMs, endMs);
      const found = new Map<string, readonly Item[]>();
      await concurrently(bars, QUERIES_IN_FLIGHT, async (bar) => {
        // Every sort key continues after its time, so none equals the upper bound, which is thereby exclusive.
        const items = await queryAll(table, {
          KeyConditionExpression: "bar = :bar AND pane BETWEEN :start AND :end",
          ExpressionAttributeValues: {
            ":bar": { S: bar },
            ":start": { S: timeText(startMs) },
            ":end": { S: timeText(endMs) },
          },
        });
        found.set(bar, items);
      });
      const nowMs = table.clock.nowMs();
      return bars.flatMap((bar) => (found.get(bar) ?? []).filter((item) => isLive(item, nowMs)).map(readPaneItem));
    },

    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
};
