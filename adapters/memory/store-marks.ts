import type { StoreMark, StoreMarks } from "#core/ports/store-marks.ts";

/** Marks in memory: the reference of the port. */
export const createMemoryStoreMarks = (): StoreMarks => {
  const streams = new Map<string, Map<string, StoreMark>>();
  return {
    put: async (mark) => {
      const shards = streams.get(mark.stream) ?? new Map<string, StoreMark>();
      streams.set(mark.stream, shards);
      const stored = shards.get(mark.shard);
      if (stored === undefined || stored.last < mark.last) shards.set(mark.shard, mark);
    },

    list: async (stream) => [...(streams.get(stream)?.values() ?? [])].toSorted((a, b) => (a.shard < b.shard ? -1 : 1)),
  };
};
