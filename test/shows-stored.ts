import type { Page } from "playwright-core";
import { expect } from "vitest";
import { BAR_COLUMNS } from "#core/bar-row.ts";
import { look } from "./dashboard-page.ts";
import { storedBars, type Rows } from "./running-cloud.ts";

/** By then a window's trades have come, and the life that folded them has stored them. */
const SETTLED_MS = 12_000;
const PATIENT = { timeout: 60_000, interval: 100 };

const [START, END] = [BAR_COLUMNS.indexOf("start"), BAR_COLUMNS.indexOf("end")];

export interface ShownKey {
  /** Symbol and interval, `IBM/1m`. */
  readonly key: string;
  /** How many bars are too few. */
  readonly least: number;
  /** Tells of the cloud whose store it is. */
  readonly file: string;
}

/** Waits until the page shows more than `least` bars of `key`, all that are over equal to the store's; returns them. */
export const showsStored = async (page: Page, { key, least, file }: ShownKey): Promise<Rows> => {
  const [symbol = "", interval = ""] = key.split("/");
  let rows: Rows = [];
  await expect
    .poll(async () => {
      const dash = await look(page);
      const over = Date.now() - SETTLED_MS;
      if (dash === undefined || !dash.isWhole || `${dash.symbol}/${dash.interval}` !== key) return "not shown yet";
      rows = dash.bars.filter((row) => Number(row[END]) <= over);
      if (rows.length <= least) return `${rows.length} bars`;
      const range = { symbol, interval, fromMs: Number(rows[0]![START]), toMs: Number(rows.at(-1)![END]) };
      const inStore = await storedBars(file, range);
      return JSON.stringify(rows) === JSON.stringify(inStore) ? "equal" : "different";
    }, PATIENT)
    .toBe("equal");
  return rows;
};
