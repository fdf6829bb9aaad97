import type { RejectedStore } from "#core/ports/rejected-store.ts";
import type { Rejected } from "#core/trade.ts";

/** The rejected in memory: the reference of the port. */
export const createMemoryRejectedStore = (): RejectedStore => {
  const rows = new Map<string, Rejected>();
  return {
    put: async (rejected) => {
      for (const row of rejected) rows.set(rowText(row), structuredClone(row));
    },

    list: async (stream, shard, day) =>
      [...rows.values()]
        .filter((row) => row.stream === stream && row.shard === shard && dayOf(row) === day)
        .toSorted((a, b) =>
          a.sequenceNumber === b.sequenceNumber ? a.index - b.index : a.sequenceNumber < b.sequenceNumber ? -1 : 1,
        )
        .map((row) => structuredClone(row)),
  };
};

const rowText = ({ stream, shard, sequenceNumber, index }: Rejected): string =>
  JSON.stringify([stream, shard, sequenceNumber, index]);

const dayOf = ({ arrivalTimeMs }: Rejected): string => new Date(arrivalTimeMs).toISOString().slice(0, 10);
