import { PipelineError } from "#core/errors.ts";
import type { FailedBatch, FailedBatchStore } from "#core/ports/failed-batch-store.ts";

/** Failed batches in memory, the reference of the port, and the map of those that wait or are done. */
export const createMemoryFailedBatchStore = (): FailedBatchStore & { readonly batches: Map<string, FailedBatch> } => {
  const batches = new Map<string, FailedBatch>();
  const done = new Set<string>();
  return {
    batches,
    list: async (state) => [...batches.keys()].filter((key) => done.has(key) === (state === "done")).toSorted(),
    read: async (key) => {
      const batch = batches.get(key);
      if (batch?.records === undefined)
        throw new PipelineError("TAPE_FILE_UNREADABLE", `a failed batch must be under ${key}, was none`);
      return batch;
    },
    finish: async (key) => void done.add(key),
  };
};
