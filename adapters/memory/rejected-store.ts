import type { KeptRejected, Redriven, RejectedOrigin, RejectedStore } from "#core/ports/rejected-store.ts";
import type { Rejected } from "#core/trade.ts";

/** The rejected in memory: the reference of the port. */
export const createMemoryRejectedStore = (): RejectedStore => {
  const rows = new Map<string, Rejected>();
  const marks = new Map<string, Redriven>();
  return {
    put: async (rejected) => {
      for (const row of rejected) rows.set(rowText(row), copyOf(row));
    },

    list: async (stream, shard, day) =>
      [...rows.values()]
        .filter((row) => row.stream === stream && row.shard === shard && dayOf(row) === day)
        .toSorted((a, b) => (a.sequenceNumber < b.sequenceNumber ? -1 : 1))
        .map((row): KeptRejected => ({ ...copyOf(row), redriven: structuredClone(marks.get(rowText(row))) })),

    markRedriven: async (origin, redriven) => {
      const key = rowText(origin);
      const stored = marks.get(key);
      if (stored === undefined || stored.indexes.length < redriven.indexes.length)
        marks.set(key, structuredClone(redriven));
    },
  };
};

/** The bytes may be a view of a whole batch, of which a structured clone would take all. */
const copyOf = (row: Rejected): Rejected => ({
  ...row,
  faults: structuredClone(row.faults),
  bytes: Uint8Array.from(row.bytes),
});

const rowText = ({ stream, shard, sequenceNumber }: RejectedOrigin): string =>
  JSON.stringify([stream, shard, sequenceNumber]);

const dayOf = ({ arrivalTimeMs }: Rejected): string => new Date(arrivalTimeMs).toISOString().slice(0, 10);
