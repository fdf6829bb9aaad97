import type { DurationMs } from "#core/units.ts";

/** Wanted from the server: the last bars of some symbols, and what changes. */
export interface Wish {
  readonly symbols: readonly string[];
  readonly intervalMs: DurationMs;
  readonly bars: number;
}

/** What an answer is known by: it does not say how many bars were wished for. */
export type WishKey = Pick<Wish, "symbols" | "intervalMs">;

/** The same text for all that one answer could be for. */
export const keyText = ({ symbols, intervalMs }: WishKey): string => `${intervalMs}|${symbols.join("|")}`;

/** The same text for equal wishes. */
export const wishText = (wish: Wish): string => `${wish.bars}|${keyText(wish)}`;

/** Whether whoever has all of the second has all of the first. */
export const isPart = (wish: Wish, { symbols, intervalMs, bars }: Wish): boolean =>
  intervalMs === wish.intervalMs && bars === wish.bars && wish.symbols.every((symbol) => symbols.includes(symbol));

/** What is no longer wished for: by interval, the symbols that no wish of that interval names any more. */
export const droppedWishes = (before: readonly Wish[], after: readonly Wish[]): readonly WishKey[] =>
  before.flatMap(({ symbols, intervalMs }) => {
    const kept = new Set(after.flatMap((wish) => (wish.intervalMs === intervalMs ? wish.symbols : [])));
    const dropped = symbols.filter((symbol) => !kept.has(symbol));
    return dropped.length === 0 ? [] : [{ symbols: dropped, intervalMs }];
  });
