import type { Page } from "playwright-core";
import { expect } from "vitest";
import { BAR_COLUMNS } from "#core/bar-row.ts";
import type { Pane } from "#core/pane.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { look, PATIENT } from "./dashboard-page.ts";
import { pane } from "./pane-fixture.ts";

/** Waits until the tools of the charts are at hand. */
export const hasTools = async (page: Page): Promise<void> => {
  await expect.poll(async () => (await look(page))?.lines, PATIENT).toBeDefined();
};

const START = BAR_COLUMNS.indexOf("start");

/** When the bars on the chart start, in milliseconds since 1970. */
export const startsOf = async (page: Page): Promise<readonly number[]> =>
  (await look(page))!.bars.map((row) => Number(row[START]));

/** When the bar starts that is pointed at, in milliseconds since 1970. */
export const pointed = async (page: Page): Promise<number | undefined> => (await look(page))!.pointedMs;

/** How much time is in sight, in seconds. */
export const widthOf = async (page: Page): Promise<number> => {
  const [[from, to] = [0, 0]] = (await look(page))!.ranges;
  return to - from;
};

/** A late trade of SPY, the last one of the minute that begins at `startMs`, at a price far from the others. */
export const latePane = (startMs: number): Pane => {
  const key = { symbol: "SPY", intervalMs: durationMs(60_000), shard: "shardId-000000000001", startMs };
  const late = pane({ ...key, last: 9_999 });
  const close = { ...late.content.close, eventTimeMs: epochMs(startMs + 59_999) };
  return { ...late, content: { ...late.content, close }, isCorrected: true };
};
