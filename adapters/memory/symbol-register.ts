import type { Clock } from "#core/ports/clock.ts";
import type { KnownSymbol, SymbolRegister } from "#core/ports/symbol-register.ts";
import type { EpochMs } from "#core/units.ts";
import { isStillWatched, watchWithin, type WatchRows } from "#core/watch-list.ts";

/** Symbols in memory: the reference of the port. */
export const createMemorySymbolRegister = ({ clock }: { readonly clock: Pick<Clock, "nowMs"> }): SymbolRegister => {
  const seen = new Map<string, EpochMs>();
  const asked = new Map<string, EpochMs>();
  const isWatched = (symbol: string): boolean => {
    const askedMs = asked.get(symbol);
    return askedMs !== undefined && isStillWatched(askedMs, clock.nowMs());
  };
  const known = (symbol: string): KnownSymbol => ({ symbol, seenMs: seen.get(symbol), isWatched: isWatched(symbol) });
  const rows: WatchRows = {
    read: async () => new Map(asked),
    put: async (symbols, nowMs) => symbols.forEach((symbol) => asked.set(symbol, nowMs)),
    remove: async (symbols) => symbols.forEach((symbol) => asked.delete(symbol)),
  };
  return {
    list: async (most) =>
      [...new Set([...seen.keys(), ...[...asked.keys()].filter(isWatched)])].toSorted().slice(0, most).map(known),

    get: async (symbols) => symbols.map(known),

    see: async (symbols, dayMs) => {
      for (const symbol of symbols) {
        const stored = seen.get(symbol);
        if (stored === undefined || stored < dayMs) seen.set(symbol, dayMs);
      }
    },

    watch: (symbols) => watchWithin(rows, symbols, clock.nowMs()),

    unwatch: rows.remove,
  };
};
