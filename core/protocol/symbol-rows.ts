import { asciiJson } from "../ascii-json.ts";
import type { KnownSymbol } from "../ports/symbol-register.ts";
import { isSymbol } from "../trade.ts";
import { epochMs } from "../units.ts";

/** The columns of a symbol's row: `seenMs` is null before the first trade. */
export const SYMBOL_COLUMNS = ["symbol", "seenMs", "watched"] as const;

/** The row of one symbol as ASCII JSON text. */
export const symbolRowText = ({ symbol, seenMs, isWatched }: KnownSymbol): string =>
  asciiJson([symbol, seenMs ?? null, isWatched]);

/**
 * The symbols of rows whose columns are `columns`.
 * @throws RangeError when the columns or any row are other than {@link symbolRowText} writes.
 */
export const readSymbolRows = (columns: unknown, rows: unknown): readonly KnownSymbol[] => {
  if (JSON.stringify(columns) !== JSON.stringify(SYMBOL_COLUMNS))
    throw new RangeError(`columns must be ${SYMBOL_COLUMNS.join(", ")}, were ${String(columns)}`);
  if (!Array.isArray(rows)) throw new RangeError(`rows must be an array, was ${typeof rows}`);
  return rows.map(readRow);
};

const readRow = (row: unknown): KnownSymbol => {
  const [symbol, seenMs, isWatched] = Array.isArray(row) ? (row as readonly unknown[]) : [];
  if (typeof symbol !== "string" || !isSymbol(symbol))
    throw new RangeError(`a row's symbol must be one, was ${String(symbol)}`);
  if (seenMs !== null && typeof seenMs !== "number")
    throw new RangeError(`a row's seenMs must be a number or null, was ${JSON.stringify(seenMs)}`);
  if (typeof isWatched !== "boolean")
    throw new RangeError(`a row must say whether it is watched, said ${String(isWatched)}`);
  return { symbol, seenMs: seenMs === null ? undefined : epochMs(seenMs), isWatched };
};
