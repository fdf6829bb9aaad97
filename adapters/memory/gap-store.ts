import type { Gap, GapStore } from "#core/ports/gap-store.ts";

/** Gaps in memory: the reference of the port. */
export const createMemoryGapStore = (): GapStore => {
  const gaps = new Map<string, Gap>();
  return {
    note: async (gap) => {
      const key = keyOf(gap);
      const stored = gaps.get(key);
      if (stored === undefined || stored.before < gap.before) gaps.set(key, gap);
    },

    list: async (stream) =>
      [...gaps]
        .filter(([, gap]) => gap.stream === stream)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, gap]) => gap),
  };
};

const keyOf = ({ stream, shard, after }: Gap): string => `${stream}|${shard}|${after ?? ""}`;
