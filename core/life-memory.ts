import { ByteWriter } from "./bytes.ts";
import { HeldPanes } from "./held-panes.ts";
import { StepFold } from "./step-fold.ts";
import { TradeColumns } from "./trade-columns.ts";
import type { DurationMs } from "./units.ts";

/** Symbols of so many lives are kept numbered: to number them anew costs as much as to fold their trades. */
const MAX_SYMBOLS = 65_536;

/**
 * Tables that one life after another works with, as to make them costs as much as to fill them. A life begins them, and
 * leaves nothing in them that the next one could see.
 */
export class LifeMemory {
  readonly #intervalsMs: readonly DurationMs[];
  columns = new TradeColumns();
  held: HeldPanes;
  readonly step: StepFold;
  /** For the state's panes. */
  readonly bytes = new ByteWriter(65_536);

  /** @param intervalsMs are the stored intervals. */
  constructor(intervalsMs: readonly DurationMs[]) {
    this.#intervalsMs = intervalsMs;
    this.held = new HeldPanes("", intervalsMs, this.columns.symbols);
    this.step = new StepFold(intervalsMs);
  }

  /** Forgets the life before, for one of `shard`. */
  begin(shard: string): void {
    if (this.columns.symbols.count > MAX_SYMBOLS) {
      this.columns = new TradeColumns();
      this.held = new HeldPanes(shard, this.#intervalsMs, this.columns.symbols);
    }
    this.columns.truncate(0, 0);
    this.held.begin(shard);
  }
}
