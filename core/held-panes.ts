import type { ByteWriter } from "./bytes.ts";
import { CELL } from "./content-cells.ts";
import type { ContentRows } from "./content-rows.ts";
import { windowStart } from "./interval.ts";
import { PaneBlockWriter, writeIntervals, writePosition, type PaneBlockReader, type RowHead } from "./pane-block.ts";
import { PaneTable } from "./pane-table.ts";
import type { Pane, PaneKey } from "./pane.ts";
import { RowPane, type PaneHead } from "./row-pane.ts";
import type { StepFold } from "./step-fold.ts";
import type { SymbolTable } from "./symbol-table.ts";
import { epochMs, type DurationMs, type EpochMs, type SequenceNumber } from "./units.ts";
import { UpdateRecordWriter } from "./update-record.ts";

const { start: START, stride: STRIDE, symbol: SYMBOL, watermark: WATERMARK } = CELL;

/** What is known of a pane beside its content: bits of a byte. */
const TOUCHED_IN_LIFE = 1;
const TOUCHED_IN_STEP = 2;
const CORRECTED = 4;
const ANY = 0;

/** Which panes: those that records of this step belong to, or of the whole life. */
export type Touched = "in-step" | "in-life";

/** The panes of one interval. Of row `r` of the table, `flags[r]` and `rowPositions[r]` tell the rest. */
class Level {
  readonly table: PaneTable;
  flags = new Uint8Array(64);
  /** Where the stored row it began with stands among the life's positions; 0 without one. */
  rowPositions = new Int32Array(64);

  constructor(intervalMs: DurationMs) {
    this.table = new PaneTable(intervalMs);
  }

  clear(): void {
    this.flags.fill(0, 0, this.table.rows.count);
    this.rowPositions.fill(0, 0, this.table.rows.count);
    this.table.clear();
  }

  /** The row of a window, begun empty where there was none. */
  open(symbolId: number, startMs: number): number {
    const row = this.table.open(symbolId, startMs);
    if (row >= this.flags.length) {
      const [flags, rowPositions] = [this.flags, this.rowPositions];
      this.flags = new Uint8Array(flags.length * 2);
      this.flags.set(flags);
      this.rowPositions = new Int32Array(flags.length * 2);
      this.rowPositions.set(rowPositions);
    }
    return row;
  }
}

/** The panes of one shard that a life has in memory. */
export class HeldPanes {
  #shard: string;
  readonly #symbols: SymbolTable;
  /** The shortest interval first, as a {@link StepFold} has them. */
  readonly #levels: readonly Level[];
  /** None, and then the positions of stored rows, each once. */
  #positions: (SequenceNumber | undefined)[] = [undefined];
  /** Where each stands among them: a replay of old trades meets as many as there were lives. */
  #positionIndexes = new Map<SequenceNumber | undefined, number>();

  constructor(shard: string, intervalsMs: readonly DurationMs[], symbols: SymbolTable) {
    this.#shard = shard;
    this.#symbols = symbols;
    this.#levels = intervalsMs.toSorted((a, b) => a - b).map((intervalMs) => new Level(intervalMs));
  }

  /** Lets go of all panes, for a life of `shard`. */
  begin(shard: string): void {
    this.#shard = shard;
    this.#positions = [undefined];
    this.#positionIndexes.clear();
    for (const level of this.#levels) level.clear();
  }

  /**
   * Takes in what {@link write} wrote, whose symbols the reader numbers. An interval that is stored no longer is let go of:
   * its panes could not be written.
   * @throws RangeError when the bytes are anything else.
   */
  read(block: PaneBlockReader): void {
    if (block.positions.indexOf(undefined) !== 0 || block.positions.lastIndexOf(undefined) !== 0)
      throw new RangeError("positions must be none and then some");
    this.#positions = [...block.positions];
    this.#positionIndexes = new Map(this.#positions.map((position, index) => [position, index]));
    const levels = block.intervalsMs.map(
      (intervalMs) => this.#levels.find(({ table }) => table.intervalMs === intervalMs) ?? new Level(intervalMs),
    );
    while (block.next()) {
      const level = levels[block.interval]!;
      const { rows } = level.table;
      const held = rows.count;
      const row = level.open(block.symbolId, block.startMs);
      if (rows.count === held) throw new RangeError("a pane must be held once");
      level.flags[row] = (block.isTouched ? TOUCHED_IN_LIFE : 0) | (block.isCorrected ? CORRECTED : 0);
      level.rowPositions[row] = block.position;
      block.readContent(rows, row);
    }
  }

  /** Writes all that the next step needs to know. */
  write(writer: ByteWriter): void {
    writeIntervals(writer, this.#intervalsMs());
    writer.varint(this.#positions.length);
    for (const position of this.#positions) writePosition(writer, position);
    const block = new PaneBlockWriter(writer, this.#intervalsMs());
    this.#walk(ANY, (interval, row) => {
      const level = this.#levels[interval]!;
      block.add(this.#headOf(interval, row, level.rowPositions[row]!), level.table.rows, row);
    });
  }

  /** The keys that `step` touches, that are not held yet, and whose windows start no later than that of `newestStoredMs`. */
  unreadKeys(step: StepFold, newestStoredMs: EpochMs): readonly PaneKey[] {
    const keys: PaneKey[] = [];
    for (const [i, { table }] of this.#levels.entries()) {
      const { intervalMs } = table;
      const newestStartMs = windowStart(newestStoredMs, intervalMs);
      const { cells, count } = step.tables[i]!.rows;
      for (let at = 0; at < count * STRIDE; at += STRIDE) {
        const startMs = cells[at + START]!;
        if (startMs > newestStartMs || table.find(cells[at + SYMBOL]!, startMs) >= 0) continue;
        const symbol = this.#symbols.text(cells[at + SYMBOL]!);
        keys.push({ symbol, intervalMs, startMs: epochMs(startMs), shard: this.#shard });
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
      level.rowPositions[row] = this.#positionIndex(lastSequence);
    }
  }

  /**
   * Adds the fold of a step's records, the first of which is at `first`; a pane whose stored row is ahead of that gets the
   * records beyond the row alone, whose fold `foldBeyond` gives.
   *
   * What is added to a window that the watermark had passed is a correction. A pane is touched by a record that its row
   * holds already, too: that does not mean that anybody was told, a life may have died after it wrote the row.
   */
  add(step: StepFold, first: SequenceNumber, foldBeyond: (position: SequenceNumber) => StepFold): void {
    for (const [i, level] of this.#levels.entries()) {
      const { rows } = step.tables[i]!;
      for (let theirs = 0; theirs < rows.count; theirs++) {
        const symbolId = rows.cells[theirs * STRIDE + SYMBOL]!;
        const startMs = rows.cells[theirs * STRIDE + START]!;
        const row = level.open(symbolId, startMs);
        level.flags[row]! |= TOUCHED_IN_STEP | TOUCHED_IN_LIFE;
        const stored = this.#positions[level.rowPositions[row]!];
        if (stored === undefined || stored < first) merge(level, row, rows, theirs);
        else {
          const beyond = foldBeyond(stored).tables[i]!;
          const rest = beyond.find(symbolId, startMs);
          if (rest >= 0) merge(level, row, beyond.rows, rest);
        }
      }
    }
  }

  /** The touched panes, as of `last` or of the row that is ahead of it; what is added later does not change them. */
  panes(touched: Touched, last: SequenceNumber): readonly Pane[] {
    const panes: Pane[] = [];
    const copies = this.#levels.map(({ table }) => table.rows.copyCells());
    this.#walk(maskOf(touched), (interval, row) => {
      const { table, flags } = this.#levels[interval]!;
      const at = row * STRIDE;
      const head: PaneHead = {
        symbol: this.#symbols.text(table.rows.cells[at + SYMBOL]!),
        intervalMs: table.intervalMs,
        startMs: epochMs(table.rows.cells[at + START]!),
        shard: this.#shard,
        lastSequence: this.#positions[this.#aheadOf(last, interval, row)] ?? last,
        isCorrected: (flags[row]! & CORRECTED) !== 0,
      };
      const isWide = table.rows.isWide(row);
      panes.push(isWide ? { ...head, content: table.rows.content(row) } : new RowPane(head, copies[interval]!, at));
    });
    return panes;
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
    const writer = new UpdateRecordWriter(this.#shard, this.#intervalsMs(), this.#positions.with(0, last));
    this.#walk(maskOf(touched), (interval, row) => {
      const head = this.#headOf(interval, row, this.#aheadOf(last, interval, row));
      writer.add(head, this.#levels[interval]!.table.rows, row);
    });
    return writer.toRecords();
  }

  #intervalsMs(): readonly DurationMs[] {
    return this.#levels.map(({ table }) => table.intervalMs);
  }

  /** Which position a row that another life wrote is at, if ahead of `last`; 0 else. */
  #aheadOf(last: SequenceNumber, interval: number, row: number): number {
    const index = this.#levels[interval]!.rowPositions[row]!;
    return index > 0 && this.#positions[index]! > last ? index : 0;
  }

  #positionIndex(position: SequenceNumber): number {
    const known = this.#positionIndexes.get(position);
    if (known !== undefined) return known;
    const index = this.#positions.push(position) - 1;
    this.#positionIndexes.set(position, index);
    return index;
  }

  #headOf(interval: number, row: number, position: number): RowHead {
    const { table, flags } = this.#levels[interval]!;
    const at = row * STRIDE;
    return {
      symbol: this.#symbols.text(table.rows.cells[at + SYMBOL]!),
      interval,
      startMs: table.rows.cells[at + START]!,
      position,
      isCorrected: (flags[row]! & CORRECTED) !== 0,
      isTouched: (flags[row]! & TOUCHED_IN_LIFE) !== 0,
    };
  }

  /** Visits the rows that have all bits of `mask`, symbol by symbol, the shortest interval first: a counting sort. */
  #walk(mask: number, visit: (interval: number, row: number) => void): void {
    const ends = new Int32Array(this.#symbols.count + 1);
    for (const { table, flags } of this.#levels) {
      const { cells, count } = table.rows;
      for (let row = 0; row < count; row++) {
        if ((flags[row]! & mask) === mask) ends[cells[row * STRIDE + SYMBOL]! + 1]!++;
      }
    }
    for (let id = 1; id < ends.length; id++) ends[id]! += ends[id - 1]!;
    const order = new Int32Array(ends[ends.length - 1]!);
    const intervals = new Uint8Array(order.length);
    for (let interval = 0; interval < this.#levels.length; interval++) {
      const { table, flags } = this.#levels[interval]!;
      const { cells, count } = table.rows;
      for (let row = 0; row < count; row++) {
        if ((flags[row]! & mask) !== mask) continue;
        const place = ends[cells[row * STRIDE + SYMBOL]!]!++;
        order[place] = row;
        intervals[place] = interval;
      }
    }
    for (let place = 0; place < order.length; place++) visit(intervals[place]!, order[place]!);
  }
}

const maskOf = (touched: Touched): number => (touched === "in-step" ? TOUCHED_IN_STEP : TOUCHED_IN_LIFE);

const merge = (level: Level, row: number, theirs: ContentRows, theirRow: number): void => {
  level.table.rows.addRow(row, theirs, theirRow);
  const endMs = theirs.cells[theirRow * STRIDE + START]! + level.table.intervalMs;
  if (endMs <= theirs.cells[theirRow * STRIDE + WATERMARK]!) level.flags[row]! |= CORRECTED;
};
