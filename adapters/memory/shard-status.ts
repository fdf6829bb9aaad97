import type { ShardStatus, ShardStatusStore } from "#core/ports/shard-status.ts";

/** Statuses in memory: the reference of the port. */
export const createMemoryShardStatusStore = (): ShardStatusStore => {
  const streams = new Map<string, Map<string, ShardStatus>>();
  return {
    put: async (status) => {
      const shards = streams.get(status.stream) ?? new Map<string, ShardStatus>();
      streams.set(status.stream, shards);
      const stored = shards.get(status.shard);
      if (stored === undefined || stored.last < status.last) shards.set(status.shard, structuredClone(status));
    },

    list: async (stream) =>
      [...(streams.get(stream)?.values() ?? [])]
        .toSorted((a, b) => (a.shard < b.shard ? -1 : 1))
        .map((status) => structuredClone(status)),
  };
};
