import { describe, expect, test } from "vitest";
import { liveReplayText, readSourceSpec, replayText } from "./source-spec.ts";

describe("the text of a source", () => {
  test("names a file, played once at its own times and at true speed", () => {
    expect(readSourceSpec("replay:trades.csv.gz")).toEqual({
      kind: "replay",
      file: "trades.csv.gz",
      speed: 1,
      historyMs: undefined,
      isLooping: false,
    });
  });

  test("names a speed", () => {
    expect(readSourceSpec(replayText("/a/b.csv", "max"))).toMatchObject({ file: "/a/b.csv", speed: "max" });
    expect(readSourceSpec(replayText("b.csv", 2.5))).toMatchObject({ speed: 2.5 });
  });

  test("shifts a replay to now and repeats it", () => {
    expect(readSourceSpec(liveReplayText("b.csv", "30m"))).toMatchObject({
      file: "b.csv",
      speed: 1,
      historyMs: 1_800_000,
      isLooping: true,
    });
    expect(readSourceSpec("replay:b.csv?shift=now")).toMatchObject({ historyMs: 0, isLooping: false });
  });

  test("describes a simulated market", () => {
    expect(readSourceSpec("sim:?seed=7&symbols=A,B&rate=200&trades=10&speed=max")).toEqual({
      kind: "sim",
      seed: 7,
      symbols: ["A", "B"],
      tradesPerSecond: 200,
      tradeCount: 10,
      speed: "max",
    });
  });

  test.each([
    ["csv:b.csv", 'the source must be replay:FILE or sim:?seed=1, was "csv:b.csv"'],
    ["replay:", "the source replay must name a file, as in replay:trades.csv.gz"],
    ["replay:b.csv?sped=2", 'the source replay has no option "sped"'],
    ["replay:b.csv?speed=0", 'the source speed must be a positive number, was "0"'],
    ["replay:b.csv?shift=1h", 'the source shift must be now, was "1h"'],
    ["replay:b.csv?shift=now&speed=2", "the source speed must be 1 with shift=now, was 2"],
    ["replay:b.csv?shift=now&history=long", 'the source history must be like 30m, was "long"'],
    ["replay:b.csv?history=30m", "the source history must come with shift=now"],
    ["replay:b.csv?loop=yes", 'the source loop must be 1 or 0, was "yes"'],
    ["sim:?loop=1", 'the source sim has no option "loop"'],
  ])("rejects %s", (text, message) => {
    expect(() => readSourceSpec(text)).toThrow(message);
  });
});
