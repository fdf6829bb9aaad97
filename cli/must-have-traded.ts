import { PipelineError } from "#core/errors.ts";
import type { SymbolRegister } from "#core/ports/symbol-register.ts";

const MOST_NAMED = 12;

/** @throws PipelineError TAPE_DATA_UNAVAILABLE unless a trade of the symbol was ever stored, with some of those that have. */
export const mustHaveTraded = async (register: SymbolRegister, symbol: string): Promise<void> => {
  const meant = await register.get([...new Set([symbol, symbol.toUpperCase()])]);
  if (meant[0]?.seenMs !== undefined) return;
  const some = await register.list(MOST_NAMED + 1);
  const seen = [...meant, ...some].flatMap(({ symbol, seenMs }) => (seenMs === undefined ? [] : symbol));
  const [named, more] = [[...new Set(seen)].slice(0, MOST_NAMED), some.length > MOST_NAMED ? ", …" : ""];
  const has = named.length === 0 ? "none" : `${named.join(", ")}${more}`;
  throw new PipelineError("TAPE_DATA_UNAVAILABLE", `the store has no symbol ${symbol}; it has ${has}`);
};
