import { putAscii, putVarint, type ByteWriter } from "./bytes.ts";
import { isLike, isPackable, MAX_CELL_BYTES, putCells, sameFlags } from "./cell-bytes.ts";
import { CELL } from "./content-cells.ts";
import type { ContentRows } from "./content-rows.ts";
import { ROW } from "./pane-block.ts";
import { contentRow } from "./pane-row.ts";
import type { SymbolTable } from "./symbol-table.ts";
import type { DurationMs } from "./units.ts";

const { start: START, stride: STRIDE, symbol: SYMBOL } = CELL;
const { newSymbol: NEW_SYMBOL, steps: STEPS, wide: WIDE } = ROW;
const FAR = STEPS - 1;

/** Flags, a symbol of 32 characters and its length, and two varints. */
const MAX_HEAD_BYTES = 64;

/**
 * Writes the rows of a block; see pane-block.ts for the grammar. A state of 10,000 symbols has 35,000 of them, written batch
 * after batch: nothing here makes an object for a row.
 */
export class PaneBlockWriter {
  readonly #writer: ByteWriter;
  readonly #intervalsMs: readonly DurationMs[];
  readonly #symbols: SymbolTable;
  readonly #windows: Float64Array;
  #symbolId = -1;
  /** The cells of the row before, where one can be like it. */
  #before: Float64Array | undefined;
  #beforeAt = 0;

  constructor(writer: ByteWriter, intervalsMs: readonly DurationMs[], symbols: SymbolTable) {
    this.#writer = writer;
    this.#intervalsMs = intervalsMs;
    this.#symbols = symbols;
    this.#windows = new Float64Array(intervalsMs.length);
  }

  /**
   * Writes a row whose interval and position stand at these places among the block's; `bits` are those of {@link ROW} that
   * say whether it was corrected and touched. The row must stay as it is until the next one is written.
   */
  add(rows: ContentRows, row: number, interval: number, position: number, bits: number): void {
    const { cells } = rows;
    const at = row * STRIDE;
    const symbolId = cells[at + SYMBOL]!;
    const isNew = symbolId !== this.#symbolId;
    const isWide = rows.isWide(row) || !isPackable(cells, at);
    const known = isNew || isWide ? undefined : this.#before;
    const before = known && isLike(cells, at, known, this.#beforeAt) ? known : undefined;
    const same = isWide ? WIDE : before ? sameFlags(cells, at, before, this.#beforeAt) : 0;
    const bytes = this.#writer.room(MAX_HEAD_BYTES + MAX_CELL_BYTES);
    let to = this.#writer.length;
    bytes.setUint8(to++, same | bits | (isNew ? NEW_SYMBOL : 0));
    if (isNew) {
      const symbol = this.#symbols.text(symbolId);
      bytes.setUint8(to++, symbol.length);
      to = putAscii(bytes, to, symbol);
    }
    to = this.#putPlace(bytes, to, interval, cells[at + START]!, (before ? 1 : 0) + 2 * position);
    if (!isWide) to = putCells(bytes, to, same, cells, at, before, this.#beforeAt);
    this.#writer.end(to);
    if (isWide) this.#writer.ascii(JSON.stringify(contentRow(rows.content(row))));
    this.#symbolId = symbolId;
    this.#before = isWide ? undefined : cells;
    this.#beforeAt = at;
  }

  #putPlace(bytes: DataView, at: number, interval: number, startMs: number, form: number): number {
    const window = startMs / this.#intervalsMs[interval]!;
    const change = window - this.#windows[interval]!;
    this.#windows[interval] = window;
    const zigzag = change < 0 ? -2 * change - 1 : 2 * change;
    const step = zigzag < FAR ? zigzag : FAR;
    const to = putVarint(bytes, at, interval + this.#intervalsMs.length * (step + STEPS * form));
    return step === FAR ? putVarint(bytes, to, zigzag) : to;
  }
}
