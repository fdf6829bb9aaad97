import type { CheckpointStore } from "#core/ports/checkpoint-store.ts";
import type { PaneStore } from "#core/ports/pane-store.ts";
import type { SymbolRegister } from "#core/ports/symbol-register.ts";
import type { DurationMs } from "#core/units.ts";

/** Where bars are read. */
export interface BarsStores {
  readonly storedMs: readonly DurationMs[];
  /** The stream that checkpoints are of. */
  readonly stream: string;
  readonly checkpoints: CheckpointStore;
  readonly panes: PaneStore;
  readonly symbols: SymbolRegister;
}
