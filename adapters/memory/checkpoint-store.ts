import type { Checkpoint, CheckpointStore } from "#core/ports/checkpoint-store.ts";

/** Checkpoints in memory: the reference of the port. */
export const createMemoryCheckpointStore = (): CheckpointStore => {
  const streams = new Map<string, Map<string, Checkpoint>>();
  return {
    get: async (stream, shard) => {
      const stored = streams.get(stream)?.get(shard);
      return stored === undefined ? undefined : structuredClone(stored);
    },

    put: async (checkpoint) => {
      const shards = streams.get(checkpoint.stream) ?? new Map<string, Checkpoint>();
      streams.set(checkpoint.stream, shards);
      const stored = shards.get(checkpoint.shard);
      if (stored === undefined || stored.last < checkpoint.last)
        shards.set(checkpoint.shard, structuredClone(checkpoint));
    },

    list: async (stream) =>
      [...(streams.get(stream)?.values() ?? [])]
        .toSorted((a, b) => (a.shard < b.shard ? -1 : 1))
        .map((checkpoint) => structuredClone(checkpoint)),
  };
};
