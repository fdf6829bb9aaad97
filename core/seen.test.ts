import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SEEN_FRAMES, SEEN_PRODUCERS, SeenFrames } from "./seen.ts";

describe("SeenFrames", () => {
  test("a frame is new once, in any order", () => {
    const seen = new SeenFrames();
    expect([3, 1, 2, 3, 1, 2, 0, 0].map((number) => seen.add("p", number))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      true,
      false,
    ]);
  });

  test("each producer counts for itself", () => {
    const seen = new SeenFrames();
    expect(seen.add("p", 7)).toBe(true);
    expect(seen.add("q", 7)).toBe(true);
  });

  test("a number older than the bitmap is a duplicate, the oldest in it is not", () => {
    const seen = new SeenFrames();
    seen.add("p", SEEN_FRAMES + 7);
    // The first has the place of the newest, the second that of one which did not come yet.
    expect([7, 5].map((number) => seen.add("p", number))).toEqual([false, false]);
    expect([8, SEEN_FRAMES + 5].map((number) => seen.add("p", number))).toEqual([true, true]);
  });

  test("a retry 1,023 frames behind is told from the first arrival of its number", () => {
    const seen = new SeenFrames();
    seen.add("p", 0);
    seen.add("p", 1_023);
    expect([0, 1].map((number) => seen.add("p", number))).toEqual([false, true]);
  });

  test("agrees with a set of all numbers while no frame is further behind than the bitmap", () => {
    const near = fc.oneof(fc.nat(SEEN_FRAMES - 1), fc.nat(3));
    const steps = fc.array(fc.record({ ahead: fc.nat(1_500), behind: near }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.nat(2_100), steps, (first, moves) => {
        let seen = new SeenFrames();
        const all = new Set<number>();
        // Where every place of the bitmap was taken before, one that is passed over must be free again.
        for (let number = 0; number < first; number++) {
          all.add(number);
          seen.add("p", number);
        }
        let greatest = Math.max(first - 1, 0);
        for (const { ahead, behind } of moves) {
          greatest += ahead > 1_000 ? ahead : ahead % 3;
          const number = Math.max(0, greatest - (ahead % 2 === 0 ? behind : 0));
          greatest = Math.max(greatest, number);
          seen.add("p", greatest); // the producer's newest is always seen
          all.add(greatest);
          expect(seen.add("p", number)).toBe(!all.has(number));
          all.add(number);
          seen = SeenFrames.from(seen.toBytes());
        }
      }),
    );
  });

  test("a union has seen what either has", () => {
    const [left, right] = [new SeenFrames(), new SeenFrames()];
    for (const number of [0, 2, 900]) left.add("p", number);
    for (const number of [1, 1_200]) right.add("p", number);
    right.add("q", 5);
    left.addAll(right);
    expect([900, 1_200, 177, 178].map((number) => left.add("p", number))).toEqual([false, false, true, true]);
    expect(left.add("q", 5)).toBe(false);
  });

  test("remembers the producers whose frames came last", () => {
    const seen = new SeenFrames();
    for (let producer = 0; producer <= SEEN_PRODUCERS; producer++) seen.add(`p${producer}`, 0);
    expect(seen.add(`p${SEEN_PRODUCERS}`, 0)).toBe(false);
    expect(seen.add("p1", 0)).toBe(false);
    expect(seen.add("p0", 0)).toBe(true);
  });
});
