import { describe, expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import type { KnownSymbol, SymbolRegister } from "./symbol-register.ts";

const monday = epochMs(Date.UTC(2013, 9, 7));
const tuesday = epochMs(Date.UTC(2013, 9, 8));

const known = (symbol: string, given: Partial<KnownSymbol> = {}): KnownSymbol => ({
  symbol,
  seenMs: undefined,
  isWatched: false,
  ...given,
});

/** What every symbol register must do. */
export const symbolRegisterContract = (name: string, open: () => Promise<SymbolRegister & AsyncDisposable>): void => {
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
  });
};
