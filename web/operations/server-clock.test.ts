import fc from "fast-check";
import { expect, test } from "vitest";
import { ServerClock } from "./server-clock.ts";

test("the difference of the clocks is never further off than it says", () => {
  const way = fc.record({ thereMs: fc.nat(2_000), backMs: fc.nat(2_000), pauseMs: fc.nat(5_000) });
  const property = fc.property(
    fc.integer({ min: -1e6, max: 1e6 }),
    fc.array(way, { minLength: 1 }),
    (aheadMs, ways) => {
      const clock = new ServerClock();
      let nowMs = 1_700_000_000_000;
      for (const { thereMs, backMs, pauseMs } of ways) {
        clock.ask("ping", nowMs);
        const toldMs = nowMs + thereMs + aheadMs;
        nowMs += thereMs + backMs;
        clock.answer("ping", toldMs, nowMs);
        const known = clock.difference!;
        expect(Math.abs(known.aheadMs - aheadMs)).toBeLessThanOrEqual(known.errorMs);
        expect(clock.timeAt(nowMs)).toBe(nowMs + known.aheadMs);
        nowMs += pauseMs;
      }
    },
  );
  fc.assert(property);
});

test("the narrowest estimate stays, until it is old", () => {
  const clock = new ServerClock();
  const take = (atMs: number, tookMs: number): number | undefined => {
    clock.ask("ping", atMs - tookMs);
    clock.answer("ping", atMs, atMs);
    return clock.difference?.errorMs;
  };
  expect([take(1_000, 80), take(2_000, 20), take(3_000, 200), take(602_000, 30), take(602_001, 40)]).toEqual([
    40, 10, 10, 10, 20,
  ]);
});

test("an answer that nobody asked for tells nothing", () => {
  const clock = new ServerClock();
  clock.ask("operations", 800);
  clock.answer("ping", 5, 900);
  expect([clock.difference, clock.timeAt(7)]).toEqual([undefined, 7]);
});
