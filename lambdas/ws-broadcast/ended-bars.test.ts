import { expect, test } from "vitest";
import type { Pane } from "#core/pane.ts";
import { epochMs } from "#core/units.ts";
import { minuteMs, minutePane, startMs } from "#test/socket-stage.ts";
import { createEndedBars, HISTORY_MS } from "./ended-bars.ts";

const [ibm, spy] = [minutePane("IBM", 0, 1), minutePane("SPY", 1, 2)];
const endMs = startMs + minuteMs;
const at = (afterEndMs: number) => epochMs(endMs + afterEndMs);
const measure = (told: readonly Pane[], batch: readonly Pane[], afterEndMs: number): readonly number[] =>
  createEndedBars().measure(told, batch, at(afterEndMs));

test("a bar is measured once its shard is beyond its end, and not before", () => {
  //  IBM's minute 0        SPY's minute 1
  //  [--------------------)[-----x--------------)
  expect(measure([ibm], [ibm], 1_200)).toEqual([]);
  expect(measure([ibm], [ibm, spy], 1_200)).toEqual([1_200]);
});

test("a trade of another shard says nothing of how far a bar's own is", () => {
  const elsewhere = minutePane("SPY", 1, 2, "shardId-000000000001");
  expect(measure([ibm], [ibm, elsewhere], 1_200)).toEqual([]);
});

test("a bar is measured when it is first sent after its end, and its repetitions are not", () => {
  const ended = createEndedBars();
  expect(ended.measure([ibm], [ibm, spy], at(900))).toEqual([900]);
  expect(ended.measure([ibm], [ibm, spy], at(9_000))).toEqual([]);
  const next = minutePane("IBM", 1, 3);
  expect(ended.measure([next], [next, minutePane("IBM", 2, 4)], epochMs(at(0) + minuteMs + 700))).toEqual([700]);
});

test("bars that nobody wants are not measured", () => {
  expect(measure([], [ibm, spy], 1_000)).toEqual([]);
});

test("neither a corrected bar nor history is measured", () => {
  expect(measure([{ ...ibm, isCorrected: true }], [ibm, spy], 1_000)).toEqual([]);
  expect(measure([ibm], [ibm, spy], HISTORY_MS)).toEqual([HISTORY_MS]);
  expect(measure([ibm], [ibm, spy], HISTORY_MS + 1)).toEqual([]);
});
