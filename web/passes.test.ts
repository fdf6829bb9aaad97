import { expect, test } from "vitest";
import type { Bar } from "#core/bar.ts";
import { barsOf } from "#core/bars.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { pane } from "#test/pane-fixture.ts";
import { changeSince, measuredFrom, passOf, sections, seamsOf } from "./passes.ts";
import { closesOf } from "./points.ts";

const MINUTE = 60_000;
const passes = { beginMs: epochMs(2 * MINUTE), everyMs: durationMs(10 * MINUTE) };
const of = passOf(passes);

/** A bar of the minute that starts at `minute`, with trades at these milliseconds of it. */
const barAt = (minute: number, firstMs = 0, lastMs = 59_000): Bar => {
  const startMs = epochMs(minute * MINUTE);
  const [bar] = barsOf([pane({ startMs, last: 1 })], durationMs(MINUTE));
  const { content } = bar!;
  const open = { ...content.open, eventTimeMs: epochMs(startMs + firstMs) };
  const close = { ...content.close, eventTimeMs: epochMs(startMs + lastMs) };
  return { ...bar!, content: { ...content, open, close } };
};

const startsOf = (bars: readonly Bar[]): readonly number[] => bars.map(({ startMs }) => startMs / MINUTE);

test("an instant belongs to the pass that began last", () => {
  expect([-MINUTE, 2 * MINUTE - 1, 2 * MINUTE, 11 * MINUTE, 12 * MINUTE].map(of)).toEqual([-1, -1, 0, 0, 1]);
  expect([0, 1e15].map(passOf(undefined))).toEqual([0, 0]);
});

test("bars are cut where a pass begins again, and a line is broken there", () => {
  // pass  -1 | 0         | 1
  // bar    1 | 2 3 … 11  | 12 13
  const bars = [1, 2, 11, 12, 13].map((minute) => barAt(minute));
  expect(sections(bars, of).map(startsOf)).toEqual([[1], [2, 11], [12, 13]]);
  expect(startsOf(seamsOf(bars, of))).toEqual([2, 12]);
  expect(closesOf(bars, of).map(({ color }) => color)).toEqual([
    "transparent",
    undefined,
    "transparent",
    undefined,
    undefined,
  ]);
  expect(seamsOf(bars, passOf(undefined))).toEqual([]);
});

test("a change is measured over whole minutes, and not from before its pass", () => {
  expect(measuredFrom(11 * MINUTE + 500, 5 * MINUTE, passes)).toBe(7 * MINUTE);
  expect(measuredFrom(13 * MINUTE, 5 * MINUTE, passes)).toBe(12 * MINUTE);
  expect(measuredFrom(13 * MINUTE, 5 * MINUTE, undefined)).toBe(8 * MINUTE);
});

test("a change starts with the first trade since then", () => {
  const bars = [10, 11, 12].map((minute) => barAt(minute));
  expect(startsOf(changeSince(bars, 11 * MINUTE)!)).toEqual([11, 12]);
  // a bar that began before is not measured from
  expect(startsOf(changeSince(bars, 11 * MINUTE + 1)!)).toEqual([12, 12]);
  expect(changeSince(bars, 13 * MINUTE)).toBeUndefined();
});
