import { durationMs, type DurationMs, type EpochMs } from "#core/units.ts";
import { expiresAt, isLive, readText } from "./attributes.ts";
import type { DynamoTable } from "./client.ts";
import { queryPartition, writeAll, type Item } from "./requests.ts";

/** A row is written again by the first need after this, so that a rush of clients does not queue for one partition. */
const RENEW_AFTER_MS = durationMs(30 * 60_000);
/** What a row outlives those that rely on it by, at least: clocks may differ, and a write may land late, over a newer one. */
const MARGIN_MS = durationMs(30 * 60_000);
const MAX_REMEMBERED = 10_000;

/** The symbols that anybody may want, one row each in a partition of their own. Rows are never deleted but by their time to live. */
export interface WantedSymbols {
  /** Resolves when every one of `symbols` has a row that lives longer than what is written from now on does. */
  note(symbols: ReadonlySet<string>): Promise<void>;
  list(): Promise<ReadonlySet<string>>;
}

/** `keepMs` is how long a row lives that relies on a symbol's. */
export const openWantedSymbols = (table: DynamoTable, keepMs: DurationMs): WantedSymbols => {
  const liveMs = durationMs(keepMs + RENEW_AFTER_MS + MARGIN_MS);
  /** When this process last wrote a symbol's row. */
  const written = new Map<string, EpochMs>();
  return {
    note: async (symbols) => {
      const nowMs = table.clock.nowMs();
      const due = [...symbols].filter((symbol) => {
        const writtenMs = written.get(symbol);
        return writtenMs === undefined || nowMs - writtenMs >= RENEW_AFTER_MS;
      });
      const expiry = expiresAt(nowMs, liveMs);
      await writeAll(
        table,
        due.map((symbol) => ({ PutRequest: { Item: { ...rowKey(symbol), expiresAt: expiry } } })),
      );
      if (written.size + due.length > MAX_REMEMBERED) written.clear();
      for (const symbol of due) written.set(symbol, nowMs);
    },

    list: async () => {
      const rows = await queryPartition(table, "pk", WANTED);
      const nowMs = table.clock.nowMs();
      return new Set(rows.filter((row) => isLive(row, nowMs)).map((row) => readText(row, "sk")));
    },
  };
};

const WANTED = "wanted";

const rowKey = (symbol: string): Item => ({ pk: { S: WANTED }, sk: { S: symbol } });
