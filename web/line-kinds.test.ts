import { expect, test } from "vitest";
import { barsAt } from "#test/bar-fixture.ts";
import { keepLines, readKeptLines } from "./kept-lines.ts";
import { LINE_KINDS, linePoints, readLineKinds } from "./line-kinds.ts";
import { passOf } from "./passes.ts";
import { durationMs, epochMs } from "#core/units.ts";

const kindOf = (id: string) => readLineKinds(id)[0]!;

test("a simple average is a point for each bar that has enough before it", () => {
  const bars = barsAt(0, ...Array.from({ length: 12 }, (_, index) => index + 1));
  const points = linePoints(kindOf("sma10"), bars, passOf(undefined));
  expect(points.map(({ time }) => time)).toEqual([540, 600, 660]);
  expect(points.map(({ value }) => value.toFixed(4))).toEqual(["1.0550", "1.0650", "1.0750"]);
});

test("an average does not go on from one pass of a replay to the next", () => {
  const of = passOf({ beginMs: epochMs(0), everyMs: durationMs(600_000) });
  const bars = barsAt(0, ...Array.from({ length: 20 }, () => 50));
  const points = linePoints(kindOf("sma10"), bars, of);
  // ten bars a pass: one point each, and nothing drawn between them
  expect(points.map(({ time, color }) => [time, color])).toEqual([
    [540, "transparent"],
    [1_140, undefined],
  ]);
});

test("a late trade changes the averages to what they would have been", () => {
  const closes = Array.from({ length: 30 }, (_, index) => 1 + ((index * 7) % 11));
  const late = closes.with(15, 99);
  for (const kind of LINE_KINDS) {
    const [before, after] = [closes, late].map((each) => linePoints(kind, barsAt(0, ...each), passOf(undefined)));
    const changed = after!.filter(({ value }, index) => value !== before![index]!.value).map(({ time }) => time / 60);
    expect(changed.every((place) => place >= 15)).toBe(true);
    if (kind.id === "sma10") expect(changed).toEqual([15, 16, 17, 18, 19, 20, 21, 22, 23, 24]);
  }
});

test("what is chosen is kept, whatever else stands there", () => {
  const kept = new Map<string, string>();
  const place = () => ({
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  });
  expect(readKeptLines(place)).toEqual([]);
  keepLines(place, [kindOf("ema50"), kindOf("vwap")]);
  expect(readKeptLines(place).map(({ id }) => id)).toEqual(["ema50", "vwap"]);
  expect(readLineKinds("nonsense,sma20,,sma20").map(({ id }) => id)).toEqual(["sma20"]);
});

test("does without a place to keep things", () => {
  const forbidden = (): never => {
    throw new RangeError("no");
  };
  keepLines(forbidden, [kindOf("sma20")]);
  expect(readKeptLines(forbidden)).toEqual([]);
});
