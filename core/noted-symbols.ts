import { windowStart } from "./interval.ts";
import type { SymbolRegister } from "./ports/symbol-register.ts";
import { durationMs, type EpochMs } from "./units.ts";

const DAY_MS = durationMs(86_400_000);

/** Symbols by the start of the UTC day of each one's latest trade. */
export const symbolsByDay = (newestTimes: ReadonlyMap<string, EpochMs>): ReadonlyMap<EpochMs, readonly string[]> => {
  const days = new Map<EpochMs, string[]>();
  for (const [symbol, timeMs] of newestTimes) {
    const dayMs = windowStart(timeMs, DAY_MS);
    const symbols = days.get(dayMs);
    if (symbols) symbols.push(symbol);
    else days.set(dayMs, [symbol]);
  }
  return days;
};

/**
 * A register that writes a symbol only on its first trade of a day, as far as this process knows. What the register has
 * already is read once, at the first need.
 */
export const noteOnce = (register: SymbolRegister): Pick<SymbolRegister, "see"> => {
  let noted: Map<string, EpochMs> | undefined;
  return {
    see: async (symbols, dayMs) => {
      noted ??= new Map(
        (await register.list()).flatMap(({ symbol, seenMs }) => (seenMs === undefined ? [] : [[symbol, seenMs]])),
      );
      const known = noted;
      const fresh = symbols.filter((symbol) => (known.get(symbol) ?? Number.NEGATIVE_INFINITY) < dayMs);
      if (fresh.length === 0) return;
      await register.see(fresh, dayMs);
      for (const symbol of fresh) known.set(symbol, dayMs);
    },
  };
};
