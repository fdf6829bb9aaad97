import { expect, test } from "vitest";
import type { TradeSource } from "#core/ports/trade-source.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { DueRows } from "./due-rows.ts";
import { progressFrom } from "../source-progress.ts";

const START = 1_000_000;

const progress = progressFrom("00", START);

const sourceAt = (times: readonly number[]): TradeSource => ({
  isTimedByClock: true,
  async *rows() {
    const [price, size] = [
      { units: 1, scale: 0 },
      { units: 1, scale: 0 },
    ];
    yield times.map((time, sequence) => ({
      kind: "trade",
      trade: { symbol: "IBM", price, size, eventTimeMs: epochMs(time), sequence },
    }));
  },
});

test.each([1, "max"] as const)("a source timed by the clock never runs ahead of it, at speed %s", async (speed) => {
  let nowMs = START;
  const clock = {
    nowMs: () => epochMs(nowMs),
    sleep: async (sleptMs: number) => {
      nowMs += sleptMs;
    },
  };
  const source = sourceAt([START - 5_000, START - 1, START, START + 400, START + 700]);
  await using rows = new DueRows(source, clock, speed, progress);
  expect((await rows.take(10, false)).rowCount).toBe(3);
  expect((await rows.take(10, false)).rowCount).toBe(0);
  await rows.wait(epochMs(START + 60_000), durationMs(100));
  expect(nowMs).toBe(START + 400);
  expect((await rows.take(10, false)).rowCount).toBe(1);
  expect((await rows.take(10, true)).rowCount).toBe(1);
});
