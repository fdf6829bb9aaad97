import type { Bar } from "#core/bar.ts";
import type { Passes } from "#core/protocol/dashboard-config.ts";

/** Which pass of a replay an instant belongs to; always the same where none is known to begin again. */
export type PassOf = (timeMs: number) => number;

export const passOf =
  (passes: Passes | undefined): PassOf =>
  (timeMs) =>
    passes === undefined ? 0 : Math.floor((timeMs - passes.beginMs) / passes.everyMs);

/** The pass that a bar ended in. One that holds the seam of two passes has trades of both. */
export const closingPass = ({ content }: Bar, of: PassOf): number => of(content.close.eventTimeMs);

/** `bars`, which are in order, cut where one pass ends and the next begins. */
export const sections = (bars: readonly Bar[], of: PassOf): readonly (readonly Bar[])[] => {
  const all: Bar[][] = [];
  for (const bar of bars) {
    const last = all.at(-1);
    const before = last?.at(-1);
    if (last !== undefined && before !== undefined && closingPass(before, of) === closingPass(bar, of)) last.push(bar);
    else all.push([bar]);
  }
  return all;
};

/** The bars with which a new pass begins. */
export const seamsOf = (bars: readonly Bar[], of: PassOf): readonly Bar[] =>
  sections(bars, of).flatMap((section, index) => (index === 0 ? [] : section.slice(0, 1)));

/**
 * Since when a change is measured, at `newestMs`: for `spanMs`, cut to whole minutes, but not from before a pass began, as
 * the step between two passes is no move of a market.
 */
export const measuredFrom = (newestMs: number, spanMs: number, passes: Passes | undefined): number => {
  const fromMs = Math.ceil((newestMs - spanMs) / 60_000) * 60_000;
  if (passes === undefined) return fromMs;
  return Math.max(fromMs, passes.beginMs + passOf(passes)(newestMs) * passes.everyMs);
};

/** The prices of a change: the first one since `fromMs` and the last one, undefined where nothing was traded since. */
export const changeSince = (bars: readonly Bar[], fromMs: number): readonly [Bar, Bar] | undefined => {
  const first = bars.find(({ content }) => content.open.eventTimeMs >= fromMs);
  const last = bars.at(-1);
  return first === undefined || last === undefined ? undefined : [first, last];
};
