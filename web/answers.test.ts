import { describe, expect, test } from "vitest";
import { headOf, wish } from "#test/feed-fixture.ts";
import { Answers, type SnapshotMessage } from "./answers.ts";

const partOf = (part: number, parts: number, last = 5): SnapshotMessage => ({
  type: "snapshot",
  part,
  parts,
  panes: [],
  ...headOf(last),
});

describe("the answers to wishes", () => {
  test("are whole with their last part, in any order", () => {
    const answers = new Answers();
    expect(answers.ask(wish)).toBe(true);
    expect([answers.take(partOf(2, 2)), answers.isWhole(wish), answers.isAwaiting]).toEqual([false, false, true]);
    expect([answers.take(partOf(1, 2)), answers.isWhole(wish), answers.isAwaiting]).toEqual([true, true, false]);
    expect(answers.holding(wish)?.upTo).toEqual(headOf(5).upTo);
  });

  test("tell nothing to go on from where parts of two may be mixed", () => {
    const answers = new Answers();
    answers.ask(wish);
    expect(answers.ask(wish)).toBe(false);
    expect(answers.take(partOf(1, 1))).toBe(true);
    expect([answers.isWhole(wish), answers.holding(wish)]).toEqual([true, undefined]);
  });

  test("tell of a part of a wish what they tell of all of it", () => {
    const both = { ...wish, symbols: ["IBM", "SPY"] };
    const answers = new Answers();
    answers.ask(both);
    expect(answers.takePart(wish, [both])).toBe(false);
    answers.take({ ...partOf(1, 1), symbols: both.symbols });
    expect([answers.takePart(wish, [both]), answers.isWhole(wish)]).toEqual([true, true]);
    expect(answers.takePart({ ...wish, bars: 20 }, [both])).toBe(false);
  });

  test("are nobody's once nobody wishes for them", () => {
    const answers = new Answers();
    answers.ask(wish);
    answers.take(partOf(1, 1));
    answers.keep([]);
    expect([answers.isWhole(wish), answers.holding(wish), answers.ask(wish)]).toEqual([false, undefined, true]);
  });
});
