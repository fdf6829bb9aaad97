import { expect, test } from "vitest";
import { createLoopingSource } from "#adapters/feeds/looping-source.ts";
import type { TradeSource } from "#core/ports/trade-source.ts";
import { epochMs } from "#core/units.ts";
import { passesOf } from "./start-passes.ts";

const HOUR = 3_600_000;
const FIRST = 1_381_152_600_007;

/** One trade at each of these times. */
const sourceOf = (...timesMs: readonly number[]): TradeSource => ({
  isTimedByClock: false,
  async *rows(from) {
    const trade = (time: number, sequence: number) => ({
      symbol: "IBM",
      price: { units: 1, scale: 0 },
      size: { units: 1, scale: 0 },
      eventTimeMs: epochMs(time),
      sequence,
    });
    yield timesMs.map((time, index) => ({ kind: "trade", trade: trade(time, index) }) as const).slice(from);
  },
});

test("says where the passes of a moved replay begin, whenever it started", async () => {
  const lastMs = FIRST + HOUR - 1_000;
  const { beginMs, everyMs } = passesOf(epochMs(FIRST), epochMs(lastMs), { isMoved: true })!;
  const source = createLoopingSource(sourceOf(FIRST, lastMs), { historyMs: HOUR / 2, isLooping: true });
  const seen: number[] = [];
  for await (const rows of source.rows(0, epochMs(1_795_000_000_000))) {
    for (const row of rows) if (row.kind === "trade") seen.push((row.trade.eventTimeMs - beginMs) % everyMs);
    if (seen.length > 4) break;
  }
  expect(new Set(seen)).toEqual(new Set([0, lastMs - FIRST]));
});

test("does not know the passes where the start decides", () => {
  // 95 minutes in steps of five
  const lastMs = epochMs(FIRST + 1.55 * HOUR);
  expect(passesOf(epochMs(FIRST), lastMs, { isMoved: true })).toBeUndefined();
  expect(passesOf(epochMs(FIRST), lastMs, { isMoved: false })).toMatchObject({ beginMs: FIRST });
});
