import { describe, expect, test } from "vitest";
import { epochMs, type EpochMs } from "#core/units.ts";
import { MAX_WATCHED, WATCHED_FOR_MS } from "#core/watch-list.ts";
import type { Clock } from "./clock.ts";
import type { KnownSymbol, SymbolRegister } from "./symbol-register.ts";

const monday = epochMs(Date.UTC(2013, 9, 7));
const tuesday = epochMs(Date.UTC(2013, 9, 8));

const known = (symbol: string, given: Partial<KnownSymbol> = {}): KnownSymbol => ({
  symbol,
  seenMs: undefined,
  isWatched: false,
  ...given,
});

/** A clock that is set. */
const clockAt = (startMs: EpochMs) => {
  let nowMs: number = startMs;
  const clock: Clock = { nowMs: () => epochMs(nowMs), sleep: () => Promise.resolve() };
  return { clock, pass: (spanMs: number) => void (nowMs += spanMs) };
};

const many = (count: number, from = 0): readonly string[] =>
  Array.from({ length: count }, (_, i) => `S${String(from + i).padStart(4, "0")}`);

/** What every symbol register must do. */
export const symbolRegisterContract = (
  name: string,
  openAt: (clock: Clock) => Promise<SymbolRegister & AsyncDisposable>,
): void => {
  const open = () => openAt(clockAt(tuesday).clock);
  const watchedIn = async (register: SymbolRegister): Promise<readonly string[]> =>
    (await register.list()).filter(({ isWatched }) => isWatched).map(({ symbol }) => symbol);

  describe(`SymbolRegister: ${name}`, () => {
    test("knows nothing at first", async () => {
      await using register = await open();
      expect(await register.list()).toEqual([]);
      expect(await register.get(["IBM"])).toEqual([known("IBM")]);
    });

    test("lists what traded or is watched, ordered, each once", async () => {
      await using register = await open();
      await register.watch(["SPY", "MSFT"]);
      await register.see(["SPY", "BRK|B", "AIG"], monday);
      expect(await register.list()).toEqual([
        known("AIG", { seenMs: monday }),
        known("BRK|B", { seenMs: monday }),
        known("MSFT", { isWatched: true }),
        known("SPY", { seenMs: monday, isWatched: true }),
      ]);
    });

    test("keeps the latest day, whatever the order in which days are noted", async () => {
      await using register = await open();
      await register.see(["IBM"], tuesday);
      await register.see(["IBM", "SPY"], monday);
      expect(await register.get(["SPY", "IBM"])).toEqual([
        known("SPY", { seenMs: monday }),
        known("IBM", { seenMs: tuesday }),
      ]);
    });

    test("forgets what is watched no more, and keeps that it traded", async () => {
      await using register = await open();
      await register.see(["IBM"], monday);
      await register.watch(["IBM", "MSFT"]);
      await register.watch(["IBM"]);
      await register.unwatch(["IBM", "MSFT", "SPY"]);
      expect(await register.list()).toEqual([known("IBM", { seenMs: monday })]);
    });

    test("takes more than a batch of symbols, and none", async () => {
      await using register = await open();
      const symbols = Array.from({ length: 130 }, (_, i) => `S${String(i).padStart(3, "0")}`);
      await register.see(symbols, monday);
      await register.watch(symbols);
      await register.see([], monday);
      await register.watch([]);
      expect(await register.list()).toEqual(symbols.map((s) => known(s, { seenMs: monday, isWatched: true })));
      expect(await register.get(symbols.slice(0, 120))).toHaveLength(120);
      await register.unwatch(symbols);
      expect(await register.list()).toEqual(symbols.map((s) => known(s, { seenMs: monday })));
    });

    test("lists the first so many, of those that traded and are watched together", async () => {
      await using register = await open();
      await register.see(["A", "C", "E"], monday);
      await register.watch(["B", "C", "D"]);
      expect((await register.list(3)).map(({ symbol }) => symbol)).toEqual(["A", "B", "C"]);
      expect(await register.list(3)).toContainEqual(known("C", { seenMs: monday, isWatched: true }));
    });

    test("watches so many and no more, and takes one again when another is let go", async () => {
      await using register = await open();
      expect(await register.watch(many(MAX_WATCHED - 1))).toBe(true);
      expect(await register.watch(many(2, MAX_WATCHED - 1))).toBe(false);
      expect(await register.watch(many(100))).toBe(true);
      expect(await register.watch(many(2, MAX_WATCHED - 2))).toBe(true);
      expect(await register.watch(["Z"])).toBe(false);
      expect(await watchedIn(register)).toEqual(many(MAX_WATCHED));
      await register.unwatch(["S0000"]);
      expect(await register.watch(["Z"])).toBe(true);
    });

    test("watches no more than so many, however many ask at once", async () => {
      await using register = await open();
      await register.watch(many(MAX_WATCHED - 150));
      const answers = await Promise.all([0, 1, 2, 3, 4].map((n) => register.watch(many(100, 5_000 + n * 100))));
      expect(answers.filter(Boolean).length).toBeLessThanOrEqual(1);
      const watched = await watchedIn(register);
      expect(watched).toHaveLength(MAX_WATCHED - 150 + 100 * answers.filter(Boolean).length);
    });

    test("forgets after a week what nobody asks for again", async () => {
      const { clock, pass } = clockAt(tuesday);
      await using register = await openAt(clock);
      await register.watch([...many(MAX_WATCHED - 2), "IBM", "SPY"]);
      pass(WATCHED_FOR_MS - 1);
      expect(await register.watch(["IBM", "AIG"])).toBe(false);
      pass(1);
      expect(await watchedIn(register)).toEqual(["IBM"]);
      expect(await register.get(["SPY", "IBM"])).toEqual([known("SPY"), known("IBM", { isWatched: true })]);
      expect(await register.watch(["AIG", "SPY"])).toBe(true);
      expect(await watchedIn(register)).toEqual(["AIG", "IBM", "SPY"]);
    });
  });
};
