import type { CheckpointStore } from "#core/ports/checkpoint-store.ts";
import type { GapStore } from "#core/ports/gap-store.ts";
import type { LeaseStore } from "#core/ports/lease-store.ts";
import type { PaneStore } from "#core/ports/pane-store.ts";
import type { RejectedStore } from "#core/ports/rejected-store.ts";
import type { ShardStatusStore } from "#core/ports/shard-status.ts";
import type { StoreMarks } from "#core/ports/store-marks.ts";
import type { SymbolRegister } from "#core/ports/symbol-register.ts";
import type { DurationMs } from "#core/units.ts";
import type { StoredInterval } from "../environment.ts";

/**
 * Opens stores, each by the name of its table; in a keyspace tables have names of their own. Which engine has them is decided
 * when a function is bundled: `#stores` is one module or another.
 */
export interface Stores {
  /** @param intervals those that panes are put of */
  panes(table: string, intervals: readonly StoredInterval[]): PaneStore;
  checkpoints(table: string): CheckpointStore;
  statuses(table: string): ShardStatusStore;
  /** Undefined where none are kept. */
  marks(table: string): StoreMarks | undefined;
  gaps(table: string): GapStore;
  rejected(table: string, keepMs: DurationMs): RejectedStore;
  leases(table: string): LeaseStore;
  symbols(table: string): SymbolRegister;
}

/** What a stage's configuration says of its stores. */
export interface StorePlace {
  readonly keyspace?: string | undefined;
}
