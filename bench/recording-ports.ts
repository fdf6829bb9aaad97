import { zstdPacking } from "#adapters/node/state-packing.ts";
import type { LifePorts } from "#core/life.ts";
import { paneKeyText, type Pane } from "#core/pane.ts";
import type { Checkpoint } from "#core/ports/checkpoint-store.ts";
import type { EpochMs } from "#core/units.ts";

/** Ports that keep what they are given, as it is, and cost next to nothing. */
export interface RecordingPorts {
  readonly ports: LifePorts;
  /** The panes last stored, by key. */
  readonly stored: () => ReadonlyMap<string, Pane>;
  /** Forgets all: what follows begins with an empty stream and an empty store. */
  readonly clear: () => void;
}

/** @param publish is called with the records of each update. */
export const createRecordingPorts = (
  nowMs: EpochMs,
  publish: (records: readonly Uint8Array[]) => void,
): RecordingPorts => {
  let written: (readonly Pane[])[] = [];
  const checkpoints = new Map<string, Checkpoint>();
  const stored = (): Map<string, Pane> => new Map(written.flat().map((pane) => [paneKeyText(pane), pane]));
  const nothing = async (): Promise<void> => undefined;
  const ports: LifePorts = {
    panes: {
      get: async (keys) => {
        const panes = stored();
        return keys.flatMap((key) => panes.get(paneKeyText(key)) ?? []);
      },
      put: async (panes) => {
        written.push(panes);
      },
      range: async () => [],
    },
    checkpoints: {
      get: async (_, shard) => checkpoints.get(shard),
      put: async (checkpoint) => {
        checkpoints.set(checkpoint.shard, checkpoint);
      },
      list: async () => [...checkpoints.values()],
    },
    shards: {
      name: async (shardId) => shardId,
      parents: async () => [],
      read: async function* () {
        // What comes is all there is.
      },
    },
    updates: { publish: async (records) => publish(records) },
    rejected: { put: nothing, list: async () => [], markRedriven: nothing },
    symbols: { see: nothing },
    statuses: { put: nothing },
    gaps: { note: nothing },
    packing: zstdPacking,
    clock: { nowMs: () => nowMs },
  };
  return {
    ports,
    stored,
    clear: () => {
      written = [];
      checkpoints.clear();
    },
  };
};
