import type { LifePorts } from "#core/life.ts";
import { createMemoryCheckpointStore } from "./checkpoint-store.ts";
import { createMemoryGapStore } from "./gap-store.ts";
import { createMemoryPaneStore } from "./pane-store.ts";
import { createMemoryRejectedStore } from "./rejected-store.ts";
import { createMemoryShardStatusStore } from "./shard-status.ts";
import { plainPacking } from "./state-packing.ts";
import { createMemorySymbolRegister } from "./symbol-register.ts";
import { createMemoryUpdateStream } from "./update-stream.ts";

/** Fresh stores in memory for lives that read these shards by this clock. */
export const createMemoryLifePorts = <Read extends Pick<LifePorts, "shards" | "clock">>({ shards, clock }: Read) => ({
  panes: createMemoryPaneStore(),
  checkpoints: createMemoryCheckpointStore(),
  rejected: createMemoryRejectedStore(),
  updates: createMemoryUpdateStream(),
  symbols: createMemorySymbolRegister({ clock }),
  statuses: createMemoryShardStatusStore(),
  gaps: createMemoryGapStore(),
  packing: plainPacking,
  clock: clock as Read["clock"],
  shards: shards as Read["shards"],
});
