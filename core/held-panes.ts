import type { ByteWriter } from "./bytes.ts";
import { CELL } from "./content-cells.ts";
import { HELD, HeldLevel, readRows } from "./held-level.ts";
import { HeldPositions } from "./held-positions.ts";
import { inChunks } from "./in-chunks.ts";
import { windowStart } from "./interval.ts";
import { PaneBlockWriter } from "./pane-block-writer.ts";
import { writeIntervals, writePosition, type PaneBlockReader } from "./pane-block.ts";
import type { PaneTable } from "./pane-table.ts";
import type { Pane, PaneKey } from "./pane.ts";
import { RowOrder } from "./row-order.ts";
import { RowPane, type PaneHead } from "./row-pane.ts";
import type { StepFold } from "./step-fold.ts";
import type { SymbolTable } from "./symbol-table.ts";
import { epochMs, type DurationMs, type EpochMs, type SequenceNumber } from "./units.ts";
import { UpdateRecordWriter } from "./update-record.ts";

const { start: START, stride: STRIDE, symbol: SYMBOL } = CELL;
const { corrected: CORRECTED, touchedInLife: TOUCHED_IN_LIFE, touchedInStep: TOUCHED_IN_STEP } = HELD;
/** What a block says of its rows. */
const SAID = CORRECTED | TOUCHED_IN_LIFE;
const ANY = 0;

/** Which panes: those that records of this step belong to, or of the whole life. */
export type Touched = "in-step" | "in-life";

/** The fold of those of a step's records that are beyond a position. */
export type FoldBeyond = (position: SequenceNumber) => StepFold;

/** The panes of one shard that a life has in memory. */
export class HeldPanes {
  #shard: string;
  readonly #symbols: SymbolTable;
  readonly #intervalsMs: readonly DurationMs[];
  /** The shortest interval first, as the sources of a {@link StepFold}. */
  readonly #levels: readonly HeldLevel[];
  readonly #positions = new HeldPositions();
  readonly #order = new RowOrder();

  constructor(shard: string, intervalsMs: readonly DurationMs[], symbols: SymbolTable) {
    this.#shard = shard;
    this.#symbols = symbols;
    this.#intervalsMs = intervalsMs.toSorted((a, b) => a - b);
    this.#levels = this.#intervalsMs.map((intervalMs) => new HeldLevel(intervalMs));
  }

  /** Lets go of all panes, for a life of `shard`. */
  begin(shard: string): void {
    this.#shard = shard;
    this.#positions.clear();
    for (const level of this.#levels) level.clear();
  }

  /** Goes on with the same panes in another step. */
  resume(): void {
    for (const level of this.#levels) level.untouch();
  }

  /**
   * Takes in what {@link write} wrote, whose symbols the reader numbers. An interval that is stored no longer is let go of:
   * its panes could not be written.
   * @throws RangeError when the bytes are anything else.
   */
  read(block: PaneBlockReader): void {
    this.#positions.take(block.positions);
    const levels = block.intervalsMs.map(
      (intervalMs) => this.#levels.find(({ table }) => table.intervalMs === intervalMs) ?? new HeldLevel(intervalMs),
    );
    while (readRows(block, levels));
  }

  /** Writes all that the next step needs to know; false, and of no use, when that is more than about `maxBytes`. */
  write(writer: ByteWriter, maxBytes = Number.POSITIVE_INFINITY): boolean {
    writeIntervals(writer, this.#intervalsMs);
    writer.varint(this.#positions.all.length);
    for (const position of this.#positions.all) writePosition(writer, position);
    const block = new PaneBlockWriter(writer, this.#intervalsMs, this.#symbols);
    this.#order.sort(this.#levels, this.#symbols.count, ANY);
    inChunks(this.#order.count, (from, to) => {
      if (writer.length <= maxBytes) this.#writeRows(block, from, to);
    });
    return writer.length <= maxBytes;
  }

  #writeRows(block: PaneBlockWriter, from: number, to: number): void {
    const { rows, levels } = this.#order;
    for (let place = from; place < to; place++) {
      const row = rows[place]!;
      const { table, positions, flags } = this.#levels[levels[place]!]!;
      block.add(table.rows, row, levels[place]!, positions[row]!, flags[row]! & SAID);
    }
  }

  /** The keys that `step` touches, that are not held yet, and whose windows start no later than that of `newestStoredMs`. */
  unreadKeys(step: StepFold, newestStoredMs: EpochMs): readonly PaneKey[] {
    const keys: PaneKey[] = [];
    for (const [i, { table }] of this.#levels.entries()) {
      const { intervalMs } = table;
      const newestStartMs = windowStart(newestStoredMs, intervalMs);
      // Several windows of a shorter interval lie in one.
      const known = new Set<string>();
      const { cells, count } = step.sources[i]!.rows;
      for (let at = 0; at < count * STRIDE; at += STRIDE) {
        const startMs = startOf(cells[at + START]!, intervalMs);
        const symbolId = cells[at + SYMBOL]!;
        if (startMs > newestStartMs || table.find(symbolId, startMs) >= 0) continue;
        const key = `${symbolId} ${startMs}`;
        if (known.has(key)) continue;
        known.add(key);
        keys.push({ symbol: this.#symbols.text(symbolId), intervalMs, startMs: epochMs(startMs), shard: this.#shard });
      }
    }
    return keys;
  }

  /** Begins with stored panes: only records beyond each one's `lastSequence` will be folded into it. */
  addStored(panes: readonly Pane[]): void {
    for (const { symbol, intervalMs, startMs, content, lastSequence, isCorrected } of panes) {
      const level = this.#levels.find(({ table }) => table.intervalMs === intervalMs)!;
      const row = level.open(this.#symbols.idOf(symbol), startMs);
      level.table.rows.addContent(row, content);
      if (isCorrected) level.flags[row]! |= CORRECTED;
      level.positions[row] = this.#positions.indexOf(lastSequence);
    }
  }

  /**
   * Adds the fold of a step's records, the first of which is at `first`; a pane whose stored row is ahead of that gets the
   * records beyond the row alone, whose fold `foldBeyond` gives.
   *
   * What is added to a window that the watermark had passed is a correction. A pane is touched by a record that its row
   * holds already, too: that does not mean that anybody was told, a life may have died after it wrote the row.
   */
  add(step: StepFold, first: SequenceNumber, foldBeyond: FoldBeyond): void {
    for (const source of new Set(step.sources)) {
      inChunks(source.rows.count, (from, to) => {
        for (const [i, level] of this.#levels.entries()) {
          if (step.sources[i] === source)
            this.#addRows(level, source, from, to, first, (at) => foldBeyond(at).sources[i]!);
        }
      });
    }
  }

  #addRows(
    level: HeldLevel,
    { rows }: PaneTable,
    from: number,
    to: number,
    first: SequenceNumber,
    sourceBeyond: (position: SequenceNumber) => PaneTable,
  ): void {
    const { cells } = rows;
    const { intervalMs } = level.table;
    const positions = this.#positions.all;
    for (let their = from; their < to; their++) {
      const at = their * STRIDE;
      const row = level.open(cells[at + SYMBOL]!, startOf(cells[at + START]!, intervalMs));
      level.flags[row]! |= TOUCHED_IN_STEP | TOUCHED_IN_LIFE;
      const stored = positions[level.positions[row]!];
      if (stored === undefined || stored < first) level.merge(row, rows, their);
      else {
        const beyond = sourceBeyond(stored);
        const rest = beyond.find(cells[their * STRIDE + SYMBOL]!, cells[their * STRIDE + START]!);
        if (rest >= 0) level.merge(row, beyond.rows, rest);
      }
    }
  }

  /** The touched panes, as of `last` or of the row that is ahead of it; what is added later does not change them. */
  panes(touched: Touched, last: SequenceNumber): readonly Pane[] {
    const panes: Pane[] = [];
    const copies = this.#levels.map(({ table }) => table.rows.copyCells());
    this.#order.sort(this.#levels, this.#symbols.count, maskOf(touched));
    inChunks(this.#order.count, (from, to) => this.#addPanes(panes, copies, last, from, to));
    return panes;
  }

  #addPanes(panes: Pane[], copies: readonly Float64Array[], last: SequenceNumber, from: number, to: number): void {
    for (let place = from; place < to; place++) {
      const [row, interval] = [this.#order.rows[place]!, this.#order.levels[place]!];
      const { table, flags } = this.#levels[interval]!;
      const at = row * STRIDE;
      const head: PaneHead = {
        symbol: this.#symbols.text(table.rows.cells[at + SYMBOL]!),
        intervalMs: table.intervalMs,
        startMs: epochMs(table.rows.cells[at + START]!),
        shard: this.#shard,
        lastSequence: this.#positions.all[this.#aheadOf(last, interval, row)] ?? last,
        isCorrected: (flags[row]! & CORRECTED) !== 0,
      };
      const isWide = table.rows.isWide(row);
      panes.push(isWide ? { ...head, content: table.rows.content(row) } : new RowPane(head, copies[interval]!, at));
    }
  }

  /** When each symbol last traded, of the panes touched in the life. */
  newestTimes(): ReadonlyMap<string, EpochMs> {
    const newest = new Map<string, EpochMs>();
    // A trade lies in a window of every interval: the longest one has the fewest.
    const { table, flags } = this.#levels.at(-1)!;
    const { rows } = table;
    for (let row = 0; row < rows.count; row++) {
      if ((flags[row]! & TOUCHED_IN_LIFE) === 0) continue;
      const symbol = this.#symbols.text(rows.cells[row * STRIDE + SYMBOL]!);
      const timeMs = rows.closeTimeMs(row);
      if (!(timeMs <= newest.get(symbol)!)) newest.set(symbol, timeMs);
    }
    return newest;
  }

  /** The same panes as records of the bars stream. */
  updateRecords(touched: Touched, last: SequenceNumber): readonly Uint8Array[] {
    const positions = this.#positions.all.with(0, last);
    const writer = new UpdateRecordWriter(this.#shard, this.#intervalsMs, this.#symbols, positions);
    this.#order.sort(this.#levels, this.#symbols.count, maskOf(touched));
    inChunks(this.#order.count, (from, to) => this.#addUpdates(writer, last, from, to));
    return writer.toRecords();
  }

  /** How many there are. */
  get count(): number {
    return this.#levels.reduce((sum, { table }) => sum + table.rows.count, 0);
  }

  #addUpdates(writer: UpdateRecordWriter, last: SequenceNumber, from: number, to: number): void {
    const { rows, levels } = this.#order;
    for (let place = from; place < to; place++) {
      const [row, interval] = [rows[place]!, levels[place]!];
      const { table, flags } = this.#levels[interval]!;
      writer.add(table.rows, row, interval, this.#aheadOf(last, interval, row), flags[row]! & SAID);
    }
  }

  /** Which position a row that another life wrote is at, if ahead of `last`; 0 else. */
  #aheadOf(last: SequenceNumber, interval: number, row: number): number {
    return this.#positions.aheadOf(last, this.#levels[interval]!.positions[row]!);
  }
}

/** The start of the window of `intervalMs` that holds one of a shorter interval, or the same. */
const startOf = (startMs: number, intervalMs: number): number => Math.floor(startMs / intervalMs) * intervalMs;

const maskOf = (touched: Touched): number => (touched === "in-step" ? TOUCHED_IN_STEP : TOUCHED_IN_LIFE);
