import type { KnownSymbol, SymbolRegister } from "#core/ports/symbol-register.ts";
import type { EpochMs } from "#core/units.ts";

/** Symbols in memory: the reference of the port. */
export const createMemorySymbolRegister = (): SymbolRegister => {
  const seen = new Map<string, EpochMs>();
  const watched = new Set<string>();
  const known = (symbol: string): KnownSymbol => ({
    symbol,
    seenMs: seen.get(symbol),
    isWatched: watched.has(symbol),
  });
  return {
    list: async () => [...new Set([...seen.keys(), ...watched])].toSorted().map(known),

    get: async (symbols) => symbols.map(known),

    see: async (symbols, dayMs) => {
      for (const symbol of symbols) {
        const stored = seen.get(symbol);
        if (stored === undefined || stored < dayMs) seen.set(symbol, dayMs);
      }
    },

    watch: async (symbols) => {
      for (const symbol of symbols) watched.add(symbol);
    },

    unwatch: async (symbols) => {
      for (const symbol of symbols) watched.delete(symbol);
    },
  };
};
