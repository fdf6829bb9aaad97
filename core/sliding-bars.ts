import type { Bar } from "./bar.ts";
import { barsOf } from "./bars.ts";
import { foldContents } from "./fold.ts";
import type { Pane } from "./pane.ts";
import type { SlidingWindow } from "./sliding-window.ts";
import { epochMs } from "./units.ts";

/** What the trades of one step or of several that follow one another add up to. */
type Share = Pick<Bar, "content" | "isCorrected">;

/**
 * The bars of each sliding window that `panes` reach into, ordered by (symbol, startMs): what the panes of its steps add up
 * to. A window without trades has none. The panes may be of several symbols and shards, each key once, and of one stored
 * interval, which must divide the step. The first and the last windows are whole only when all panes of theirs are given.
 */
export const slidingBarsOf = (panes: readonly Pane[], window: SlidingWindow): readonly Bar[] => {
  const bySymbol = Map.groupBy(barsOf(panes, window.stepMs), ({ symbol }) => symbol);
  return [...bySymbol].flatMap(([symbol, steps]) => windowsOf(symbol, steps, window));
};

/**
 * Steps are gathered in blocks as long as a window. A window is the end of one block and the beginning of the next, so that
 * it takes one addition, however many steps it has; nothing needs to be taken away again, which lows and highs could not:
 *
 *     blocks    |----|----|----|----|----|----|
 *     window              [-------------)
 *                         tail | head
 */
const windowsOf = (symbol: string, steps: readonly Bar[], { lengthMs, stepMs }: SlidingWindow): readonly Bar[] => {
  const count = lengthMs / stepMs;
  const blocks = Map.groupBy(steps, ({ startMs }) => Math.floor(startMs / lengthMs));
  const slotsOf = (block: number): readonly (Share | undefined)[] => {
    const slots = Array.from<Share | undefined>({ length: count });
    for (const step of blocks.get(block) ?? []) slots[(step.startMs - block * lengthMs) / stepMs] = step;
    return slots;
  };
  const ends = new Set([...blocks.keys()].flatMap((block) => [block, block + 1]));
  return [...ends].flatMap((block) => {
    const heads = running(slotsOf(block));
    const tails = running(slotsOf(block - 1).toReversed());
    return heads.flatMap((head, place) => {
      const share = joined(tails[count - place - 2], head);
      const startMs = epochMs((block - 1) * lengthMs + (place + 1) * stepMs);
      const endMs = epochMs(startMs + lengthMs);
      return share === undefined ? [] : [{ symbol, intervalMs: lengthMs, stepMs, startMs, endMs, ...share }];
    });
  });
};

/** What the first of `slots`, the first two, and so on, add up to. */
const running = (slots: readonly (Share | undefined)[]): readonly (Share | undefined)[] => {
  let sum: Share | undefined;
  return slots.map((slot) => (sum = joined(sum, slot)));
};

const joined = (a: Share | undefined, b: Share | undefined): Share | undefined => {
  if (a === undefined || b === undefined) return a === undefined ? b && shareOf(b) : shareOf(a);
  return { content: foldContents([a.content, b.content]), isCorrected: a.isCorrected || b.isCorrected };
};

const shareOf = ({ content, isCorrected }: Share): Share => ({ content, isCorrected });
