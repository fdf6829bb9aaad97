import { ByteReader, ByteWriter } from "./bytes.ts";
import { ContentRows } from "./content-rows.ts";
import { PaneBlockWriter } from "./pane-block-writer.ts";
import { PaneBlockReader, ROW, writeIntervals, writePosition } from "./pane-block.ts";
import type { Pane } from "./pane.ts";
import { SymbolTable } from "./symbol-table.ts";
import { epochMs, type DurationMs, type SequenceNumber } from "./units.ts";

/*
 * What travels on the bars stream: whole panes of one shard.
 *
 * record = version : byte, shard : ASCII, block (pane-block.ts)
 */
const VERSION = 2;

/**
 * Records are no longer, unless a single pane is: one PUT payload unit.
 * Source: https://aws.amazon.com/kinesis/data-streams/pricing/
 */
export const UPDATE_RECORD_BYTES = 25_000;

/** How many positions a record names takes no more. */
const MAX_COUNT_BYTES = 3;

/** Packs panes of one shard into records in the order given. A record names the positions of its own panes alone. */
export class UpdateRecordWriter {
  readonly #intervalsMs: readonly DurationMs[];
  readonly #symbols: SymbolTable;
  readonly #positions: readonly (SequenceNumber | undefined)[];
  readonly #maxBytes: number;
  /** All before the positions, the same in every record. */
  readonly #head = new ByteWriter(256);
  readonly #named = new ByteWriter(256);
  readonly #rows = new ByteWriter(4_096);
  readonly #records: Uint8Array[] = [];
  #block: PaneBlockWriter | undefined;
  /** The positions that the record names, and where each stands among them. */
  readonly #indexes = new Map<number, number>();

  constructor(
    shard: string,
    intervalsMs: readonly DurationMs[],
    symbols: SymbolTable,
    positions: readonly (SequenceNumber | undefined)[],
    maxBytes = UPDATE_RECORD_BYTES,
  ) {
    this.#intervalsMs = intervalsMs;
    this.#symbols = symbols;
    this.#positions = positions;
    this.#maxBytes = maxBytes;
    this.#head.byte(VERSION);
    this.#head.ascii(shard);
    writeIntervals(this.#head, intervalsMs);
  }

  /** Adds a row whose interval and position stand at these places among all; see {@link PaneBlockWriter.add}. */
  add(rows: ContentRows, row: number, interval: number, position: number, bits: number): void {
    if (this.#block) {
      const [namedEnd, rowsEnd] = [this.#named.length, this.#rows.length];
      this.#block.add(rows, row, interval, this.#nameOf(position), bits);
      if (this.#length() <= this.#maxBytes) return;
      if (this.#named.length > namedEnd) this.#indexes.delete(position);
      this.#named.truncate(namedEnd);
      this.#rows.truncate(rowsEnd);
      this.#finish();
    }
    this.#block = new PaneBlockWriter(this.#rows, this.#intervalsMs, this.#symbols);
    this.#block.add(rows, row, interval, this.#nameOf(position), bits);
  }

  /** All records. */
  toRecords(): readonly Uint8Array[] {
    if (this.#block) this.#finish();
    return this.#records;
  }

  /** Where a position stands among those of the record, named when it was not. */
  #nameOf(position: number): number {
    const known = this.#indexes.get(position);
    if (known !== undefined) return known;
    const index = this.#indexes.size;
    this.#indexes.set(position, index);
    writePosition(this.#named, this.#positions[position]);
    return index;
  }

  #length(): number {
    return this.#head.length + MAX_COUNT_BYTES + this.#named.length + this.#rows.length;
  }

  #finish(): void {
    const record = new ByteWriter(this.#length());
    record.bytes(this.#head.view());
    record.varint(this.#indexes.size);
    record.bytes(this.#named.view());
    record.bytes(this.#rows.view());
    this.#records.push(record.toBytes());
    this.#indexes.clear();
    this.#named.truncate(0);
    this.#rows.truncate(0);
    this.#block = undefined;
  }
}

/**
 * Records that together hold `panes` in their order. None is longer than `maxBytes` unless a single pane is; no panes give
 * no records.
 */
export const updateRecords = (panes: readonly Pane[], maxBytes = UPDATE_RECORD_BYTES): readonly Uint8Array[] => {
  const records: Uint8Array[] = [];
  for (let from = 0, to = 0; from < panes.length; from = to) {
    const { shard } = panes[from]!;
    while (to < panes.length && panes[to]!.shard === shard) to++;
    records.push(...recordsOf(shard, panes.slice(from, to), maxBytes));
  }
  return records;
};

const recordsOf = (shard: string, panes: readonly Pane[], maxBytes: number): readonly Uint8Array[] => {
  const intervalsMs = [...new Set(panes.map(({ intervalMs }) => intervalMs))];
  const positions = [...new Set(panes.map(({ lastSequence }) => lastSequence))];
  const indexes = new Map(positions.map((position, index) => [position, index]));
  const symbols = new SymbolTable();
  const writer = new UpdateRecordWriter(shard, intervalsMs, symbols, positions, maxBytes);
  const rows = new ContentRows(panes.length);
  for (const { symbol, intervalMs, startMs, lastSequence, isCorrected, content } of panes) {
    const row = rows.open(symbols.idOf(symbol), startMs);
    rows.addContent(row, content);
    const [interval, position] = [intervalsMs.indexOf(intervalMs), indexes.get(lastSequence)!];
    writer.add(rows, row, interval, position, ROW.touched | (isCorrected ? ROW.corrected : 0));
  }
  return writer.toRecords();
};

/**
 * The panes of one record of the bars stream.
 * @throws RangeError when `data` is anything else.
 */
export const readUpdateRecord = (data: Uint8Array): readonly Pane[] => {
  const reader = new ByteReader(data);
  const version = reader.byte();
  if (version !== VERSION) throw new RangeError(`an update record must be of version ${VERSION}, was ${version}`);
  const shard = reader.ascii();
  if (shard === "") throw new RangeError("a pane's shard must be a name, was empty");
  const symbols = new SymbolTable();
  const block = new PaneBlockReader(reader, symbols);
  const rows = new ContentRows();
  const panes: Pane[] = [];
  while (block.next()) {
    const row = rows.open(block.symbolId, block.startMs);
    block.readContent(rows, row);
    const lastSequence = block.positions[block.position];
    if (lastSequence === undefined) throw new RangeError("a pane must have a position, had none");
    panes.push({
      symbol: symbols.text(block.symbolId),
      intervalMs: block.intervalsMs[block.interval]!,
      startMs: epochMs(block.startMs),
      shard,
      lastSequence,
      content: rows.content(row),
      isCorrected: block.isCorrected,
    });
  }
  return panes;
};
