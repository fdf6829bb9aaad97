import { zstdPacking } from "#adapters/node/state-packing.ts";
import type { LifePorts } from "#core/life.ts";
import { paneKeyText, type Pane, type PaneKey } from "#core/pane.ts";
import type { Checkpoint } from "#core/ports/checkpoint-store.ts";
import type { EpochMs } from "#core/units.ts";

/** Ports that keep what they are given, as it is, and cost next to nothing. */
export interface RecordingPorts {
  readonly ports: LifePorts;
  /** The panes last stored of each key. */
  readonly stored: () => readonly Pane[];
  /** Forgets all: what follows begins with an empty stream and an empty store. */
  readonly clear: () => void;
}

/** @param publish is called with the records of each update. */
export const createRecordingPorts = (
  nowMs: EpochMs,
  publish: (records: readonly Uint8Array[]) => void,
): RecordingPorts => {
  const panes = new WrittenPanes();
  const checkpoints = new Map<string, Checkpoint>();
  const nothing = async (): Promise<void> => undefined;
  const ports: LifePorts = {
    panes: {
      get: async (keys) => keys.flatMap((key) => panes.get(key) ?? []),
      put: async (written) => panes.add(written),
      range: async () => [],
    },
    checkpoints: {
      get: async (_, shard) => checkpoints.get(shard),
      put: async (checkpoint) => {
        checkpoints.set(checkpoint.shard, checkpoint);
      },
      list: async () => [...checkpoints.values()],
    },
    shards: ONLY_WHAT_COMES,
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
    stored: () => panes.newest(),
    clear: () => {
      panes.clear();
      checkpoints.clear();
    },
  };
};

/** What comes is all there is. */
const ONLY_WHAT_COMES: LifePorts["shards"] = {
  name: async (shardId) => shardId,
  parents: async () => [],
  read: async function* () {},
};

/** Panes as they were written; put in order only when one is asked for. */
class WrittenPanes {
  #written: (readonly Pane[])[] = [];
  #indexed = 0;
  readonly #bySymbol = new Map<string, Pane[]>();

  add(panes: readonly Pane[]): void {
    this.#written.push(panes);
  }

  get({ symbol, intervalMs, startMs, shard }: PaneKey): Pane | undefined {
    for (; this.#indexed < this.#written.length; this.#indexed++) {
      for (const pane of this.#written[this.#indexed]!) {
        const own = this.#bySymbol.get(pane.symbol);
        if (own === undefined) this.#bySymbol.set(pane.symbol, [pane]);
        else own.push(pane);
      }
    }
    const isMeant = (pane: Pane): boolean =>
      pane.startMs === startMs && pane.intervalMs === intervalMs && pane.shard === shard;
    return this.#bySymbol.get(symbol)?.findLast(isMeant);
  }

  newest(): readonly Pane[] {
    return [...new Map(this.#written.flat().map((pane) => [paneKeyText(pane), pane])).values()];
  }

  clear(): void {
    this.#written = [];
    this.#indexed = 0;
    this.#bySymbol.clear();
  }
}
