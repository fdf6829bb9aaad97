import { ByteReader, ByteWriter } from "./bytes.ts";
import { ContentRows } from "./content-rows.ts";
import { PaneBlockReader, PaneBlockWriter, type RowHead } from "./pane-block.ts";
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

/** Packs panes of one shard into records in the order given. */
export class UpdateRecordWriter {
  readonly #shard: string;
  readonly #intervalsMs: readonly DurationMs[];
  readonly #positions: readonly (SequenceNumber | undefined)[];
  readonly #maxBytes: number;
  readonly #writer = new ByteWriter(4_096);
  readonly #records: Uint8Array[] = [];
  #block: PaneBlockWriter | undefined;

  constructor(
    shard: string,
    intervalsMs: readonly DurationMs[],
    positions: readonly (SequenceNumber | undefined)[],
    maxBytes = UPDATE_RECORD_BYTES,
  ) {
    this.#shard = shard;
    this.#intervalsMs = intervalsMs;
    this.#positions = positions;
    this.#maxBytes = maxBytes;
  }

  add(head: RowHead, rows: ContentRows, row: number): void {
    const end = this.#writer.length;
    if (this.#block) {
      this.#block.add(head, rows, row);
      if (this.#writer.length <= this.#maxBytes) return;
      this.#writer.truncate(end);
      this.#finish();
    }
    this.#writer.byte(VERSION);
    this.#writer.ascii(this.#shard);
    this.#block = new PaneBlockWriter(this.#writer, this.#intervalsMs, this.#positions);
    this.#block.add(head, rows, row);
  }

  /** All records. */
  toRecords(): readonly Uint8Array[] {
    if (this.#block) this.#finish();
    return this.#records;
  }

  #finish(): void {
    this.#records.push(this.#writer.toBytes());
    this.#writer.truncate(0);
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
  const writer = new UpdateRecordWriter(shard, intervalsMs, positions, maxBytes);
  const rows = new ContentRows();
  for (const { symbol, intervalMs, startMs, lastSequence, isCorrected, content } of panes) {
    const row = rows.open(0, startMs);
    rows.addContent(row, content);
    const [interval, position] = [intervalsMs.indexOf(intervalMs), positions.indexOf(lastSequence)];
    writer.add({ symbol, interval, startMs, position, isCorrected, isTouched: true }, rows, row);
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
