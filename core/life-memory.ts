import { ByteReader, ByteWriter } from "./bytes.ts";
import { HeldPanes } from "./held-panes.ts";
import { inChunks } from "./in-chunks.ts";
import { lifeStateBytes, type StateHead } from "./life-state.ts";
import { PaneBlockReader } from "./pane-block.ts";
import type { StatePacking } from "./ports/state-packing.ts";
import { StepFold } from "./step-fold.ts";
import { TradeColumns } from "./trade-columns.ts";
import type { DurationMs } from "./units.ts";

/** Symbols of so many lives are kept numbered: to number them anew costs as much as to fold their trades. */
const MAX_SYMBOLS = 65_536;

/** Packing makes a tenth less of panes, and little more at best: what is so many times the limit is not even tried. */
const MOST_TO_PACK = 1.2;

/** A state that was handed on, and that the tables still hold. */
interface Kept {
  readonly shard: string;
  readonly packed: Uint8Array;
  readonly state: StateHead;
}

/**
 * Tables that one life after another works with, as to make them costs as much as to fill them. A life begins them, and
 * leaves nothing in them that the next one could see; or goes on with what they hold, where that is its state:
 *
 *     step 1             step 2              step 3
 *     begin  …  keep     recall  …  keep     begin and read: this state was handed on by another process
 *     -------------------------------------------------------------->
 */
export class LifeMemory {
  readonly #intervalsMs: readonly DurationMs[];
  #kept: Kept | undefined;
  columns = new TradeColumns();
  held: HeldPanes;
  readonly step: StepFold;
  /** For the state's panes. */
  readonly #bytes = new ByteWriter(65_536);

  /** @param intervalsMs are the stored intervals. */
  constructor(intervalsMs: readonly DurationMs[]) {
    this.#intervalsMs = intervalsMs;
    this.held = new HeldPanes("", intervalsMs, this.columns.symbols);
    this.step = new StepFold(intervalsMs);
  }

  /**
   * Forgets the life before, for one of `shard` that goes on with these panes (pane-block.ts), none where there are no bytes.
   * @throws RangeError when the bytes are none; then it must begin again.
   */
  begin(shard: string, panes: Uint8Array): void {
    this.#kept = undefined;
    if (this.columns.symbols.count > MAX_SYMBOLS) {
      this.columns = new TradeColumns();
      this.held = new HeldPanes(shard, this.#intervalsMs, this.columns.symbols);
    }
    this.columns.truncate(0, 0);
    this.held.begin(shard);
    if (panes.length > 0) this.held.read(new PaneBlockReader(new ByteReader(panes), this.columns.symbols));
  }

  /** What to hand on of a life: `state` and the panes held, packed; undefined when that is more than `maxBytes`. */
  pack(state: StateHead, packing: StatePacking, maxBytes: number): Uint8Array | undefined {
    this.#bytes.truncate(0);
    if (!this.held.write(this.#bytes, maxBytes * MOST_TO_PACK)) return undefined;
    const packed = packing.pack(lifeStateBytes({ ...state, panes: this.#bytes.view() }));
    return packed.length <= maxBytes ? packed : undefined;
  }

  /** Notes that the tables hold what was handed on as `packed`, up to the next step. */
  keep(shard: string, packed: Uint8Array, state: StateHead): void {
    this.#kept = { shard, packed, state };
  }

  /**
   * Where the tables hold what `packed` says, byte for byte, makes them ready for the next step and returns the state; whatever
   * becomes of that step, they hold it no longer. To read the panes instead takes longer than to add a batch to them.
   */
  recall(shard: string, packed: Uint8Array): StateHead | undefined {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept?.shard !== shard || !areEqual(kept.packed, packed)) return undefined;
    this.columns.truncate(0, 0);
    this.held.resume();
    return kept.state;
  }
}

const areEqual = (left: Uint8Array, right: Uint8Array): boolean => {
  let different = left.length - right.length;
  if (different !== 0) return false;
  inChunks(left.length, (from, to) => (different |= differenceOf(left, right, from, to)));
  return different === 0;
};

/** Zero where the bytes are the same. */
const differenceOf = (left: Uint8Array, right: Uint8Array, from: number, to: number): number => {
  let different = 0;
  for (let at = from; at < to; at++) different |= left[at]! ^ right[at]!;
  return different;
};
