import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rowAfterKey, scrolledTo, visibleRows, type Scroll } from "./virtual-window.ts";

const scrolls: fc.Arbitrary<Scroll> = fc
  .record({ count: fc.nat(5_000), size: fc.integer({ min: 10, max: 200 }), room: fc.nat(2_000), share: fc.nat(1_000) })
  .map(({ count, size, room, share }) => ({
    count,
    size,
    room,
    scrolled: (Math.max(0, count * size - room) * share) / 1_000,
  }));

describe("the rows in sight", () => {
  test("are all that can be seen, and few others", () => {
    fc.assert(
      fc.property(scrolls, (scroll) => {
        const { count, size, room, scrolled } = scroll;
        const [from, to] = visibleRows(scroll);
        expect([from >= 0, to <= count, from <= to]).toEqual([true, true, true]);
        for (const pixel of [scrolled, scrolled + room - 1]) {
          const row = Math.floor(pixel / size);
          if (pixel >= scrolled && row < count) expect(row >= from && row < to).toBe(true);
        }
        expect(to - from).toBeLessThanOrEqual(room / size + 8);
      }),
    );
  });

  test("are none of an empty list", () => {
    expect(visibleRows({ count: 0, size: 30, room: 600, scrolled: 0 })).toEqual([0, 0]);
  });
});

test("a row is scrolled to just so far that it is wholly seen", () => {
  //   0    30   60   90   120  150
  //   | 0  | 1  | 2  | 3  | 4  |
  //        [   room   ]
  const scroll = { count: 5, size: 30, room: 60, scrolled: 30 };
  expect([0, 1, 2, 3, 4].map((row) => scrolledTo(row, scroll))).toEqual([0, 30, 30, 60, 90]);
});

describe("a key", () => {
  const scroll = { count: 100, size: 30, room: 300, scrolled: 0 };

  test.each([
    ["ArrowDown", 5, 6],
    ["ArrowRight", 5, 6],
    ["ArrowUp", 5, 4],
    ["ArrowUp", 0, 0],
    ["ArrowDown", 99, 99],
    ["PageDown", 5, 14],
    ["PageUp", 5, 0],
    ["Home", 50, 0],
    ["End", 50, 99],
    ["ArrowDown", -1, 0],
  ])("%s leads from row %i to row %i", (key, row, next) => {
    expect(rowAfterKey(key, row, scroll)).toBe(next);
  });

  test("that is no way, or in an empty list, leads nowhere", () => {
    expect(rowAfterKey("a", 5, scroll)).toBeUndefined();
    expect(rowAfterKey("End", -1, { ...scroll, count: 0 })).toBeUndefined();
  });
});
