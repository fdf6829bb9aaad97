import { windowStart } from "./interval.ts";
import type { Pane } from "./pane.ts";
import type { SymbolRegister } from "./ports/symbol-register.ts";
import { durationMs, type EpochMs } from "./units.ts";

const DAY_MS = durationMs(86_400_000);

/** The symbols of `panes` by the start of the UTC day of each one's latest trade. */
export const symbolsByDay = (panes: readonly Pane[]): ReadonlyMap<EpochMs, readonly string[]> => {
  const newest = new Map<string, EpochMs>();
  for (const { symbol, content } of panes) {
    const { eventTimeMs } = content.close;
    if (!(eventTimeMs <= newest.get(symbol)!)) newest.set(symbol, eventTimeMs);
  }
  const days = [...newest].map(([symbol, eventTimeMs]) => [symbol, windowStart(eventTimeMs, DAY_MS)] as const);
  const groups = Map.groupBy(days, ([, dayMs]) => dayMs);
  return new Map([...groups].map(([dayMs, entries]) => [dayMs, entries.map(([symbol]) => symbol)]));
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
