import { ByteReader, ByteWriter } from "./bytes.ts";
import { readContent, writeContent } from "./content-bytes.ts";
import { PipelineError } from "./errors.ts";
import type { BarContent, PaneKey } from "./pane.ts";
import { SeenFrames } from "./seen.ts";
import { COUNT_NAMES, countsOf, type ShardCounts } from "./shard-counts.ts";
import { durationMs, epochMs, sequenceDigits, sequenceNumber, type EpochMs, type SequenceNumber } from "./units.ts";

/** A pane as one life keeps it. */
export interface HeldPane extends PaneKey {
  /** The `lastSequence` of the stored row it began with: only records beyond it are folded. Undefined without a row. */
  readonly rowSequence: SequenceNumber | undefined;
  /** Whether a record of this life belongs to it. */
  readonly isTouched: boolean;
  readonly isCorrected: boolean;
  readonly content: BarContent;
}

/** What a life hands from batch to batch: a cache of what the shard's records up to `last` say, never the truth. */
export interface LifeState {
  /** Undefined when the shard has been read from its beginning and nothing has come yet. */
  readonly last: SequenceNumber | undefined;
  /** When the stream took the record at `last`. */
  readonly lastArrivalMs: EpochMs | undefined;
  readonly newestEventTimeMs: EpochMs | undefined;
  readonly frontierMs: EpochMs | undefined;
  /** `newestEventTimeMs` of the checkpoint that the life began with: later windows have no stored row to be read. */
  readonly newestStoredMs: EpochMs | undefined;
  readonly counts: ShardCounts;
  readonly seen: Uint8Array;
  readonly panes: readonly HeldPane[];
}

/*
 * state    = version 4, last, arrival of last, newestEventTime, frontier, newestStored, six counts, length of seen, seen,
 *            symbols (count, ASCII each), row sequences (count, each), panes (count, each)
 * pane     = symbol index × 4 + isCorrected × 2 + isTouched, interval in seconds, window number, row sequence index + 1 (0 for none),
 *            content (content-bytes.ts)
 * sequence = 0 for none, else 1 and the number as a long varint
 * time     = 0 for none, else 1 and the milliseconds, zigzag
 *
 * Panes stand by (symbol, interval, start), and a window number is the difference to the one before it, zigzag.
 */
const VERSION = 4;

/** The bytes of `state`, all of whose panes are of one shard. */
export const lifeStateBytes = ({
  last,
  lastArrivalMs,
  newestEventTimeMs,
  frontierMs,
  newestStoredMs,
  counts,
  seen,
  panes,
}: LifeState): Uint8Array => {
  const writer = new ByteWriter(256 + seen.length + panes.length * 48);
  writer.byte(VERSION);
  writeSequence(writer, last);
  writeTime(writer, lastArrivalMs);
  writeTime(writer, newestEventTimeMs);
  writeTime(writer, frontierMs);
  writeTime(writer, newestStoredMs);
  for (const name of COUNT_NAMES) writer.varint(counts[name]);
  writer.varint(seen.length);
  writer.bytes(seen);
  const symbols = indexOf(panes.map(({ symbol }) => symbol));
  const sequences = indexOf(panes.flatMap(({ rowSequence }) => rowSequence ?? []));
  writer.varint(symbols.size);
  for (const symbol of symbols.keys()) writer.ascii(symbol);
  writer.varint(sequences.size);
  for (const sequence of sequences.keys()) writeSequence(writer, sequence);
  writer.varint(panes.length);
  let previousWindow = 0;
  for (const pane of panes.toSorted(comparePlace)) {
    writer.varint(symbols.get(pane.symbol)! * 4 + Number(pane.isCorrected) * 2 + Number(pane.isTouched));
    writer.varint(pane.intervalMs / 1_000);
    const window = pane.startMs / pane.intervalMs;
    writer.zigzag(window - previousWindow);
    previousWindow = window;
    writer.varint(pane.rowSequence === undefined ? 0 : sequences.get(pane.rowSequence)! + 1);
    writeContent(writer, pane.startMs, pane.content);
  }
  return writer.toBytes();
};

/**
 * The state that `bytes` were made from.
 * @throws PipelineError TAPE_STATE_INVALID when they were not.
 */
export const readLifeState = (bytes: Uint8Array, shard: string): LifeState => {
  try {
    return read(new ByteReader(bytes), shard);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new PipelineError(
      "TAPE_STATE_INVALID",
      `a life's state must be one that this function returned: ${cause.message}`,
      {
        cause,
      },
    );
  }
};

const read = (reader: ByteReader, shard: string): LifeState => {
  const version = reader.byte();
  if (version !== VERSION) throw new RangeError(`its version must be ${VERSION}, was ${version}`);
  const last = readSequence(reader);
  const lastArrivalMs = readTime(reader);
  const newestEventTimeMs = readTime(reader);
  const frontierMs = readTime(reader);
  const newestStoredMs = readTime(reader);
  const counts = countsOf(() => reader.varint());
  const seen = SeenFrames.from(reader.bytes(reader.varint())).toBytes();
  const symbols = times(reader.varint(), () => reader.ascii());
  const sequences = times(reader.varint(), () => readSequence(reader));
  let window = 0;
  const panes = times(reader.varint(), (): HeldPane => {
    const symbolAndFlags = reader.varint();
    const intervalMs = durationMs(reader.varint() * 1_000);
    window += reader.zigzag();
    const startMs = epochMs(window * intervalMs);
    const sequenceIndex = reader.varint();
    return {
      symbol: at(symbols, Math.floor(symbolAndFlags / 4)),
      intervalMs,
      startMs,
      shard,
      isTouched: symbolAndFlags % 2 === 1,
      isCorrected: symbolAndFlags % 4 >= 2,
      rowSequence: sequenceIndex === 0 ? undefined : at(sequences, sequenceIndex - 1),
      content: readContent(reader, startMs),
    };
  });
  return { last, lastArrivalMs, newestEventTimeMs, frontierMs, newestStoredMs, counts, seen, panes };
};

const writeSequence = (writer: ByteWriter, sequence: SequenceNumber | undefined): void => {
  writer.byte(sequence === undefined ? 0 : 1);
  if (sequence !== undefined) writer.bigVarint(BigInt(sequenceDigits(sequence)));
};

const readSequence = (reader: ByteReader): SequenceNumber | undefined => {
  if (reader.byte() === 0) return undefined;
  return sequenceNumber(reader.bigVarint().toString());
};

const writeTime = (writer: ByteWriter, time: EpochMs | undefined): void => {
  writer.byte(time === undefined ? 0 : 1);
  if (time !== undefined) writer.zigzag(time);
};

const readTime = (reader: ByteReader): EpochMs | undefined =>
  reader.byte() === 0 ? undefined : epochMs(reader.zigzag());

const indexOf = <Key>(keys: readonly Key[]): ReadonlyMap<Key, number> =>
  new Map([...new Set(keys)].map((key, index) => [key, index]));

const times = <Value>(count: number, make: () => Value): Value[] => {
  const values: Value[] = [];
  for (let i = 0; i < count; i++) values.push(make());
  return values;
};

const at = <Value>(values: readonly Value[], index: number): NonNullable<Value> => {
  const value = values[index];
  if (value === undefined || value === null)
    throw new RangeError(`an index must be below ${values.length}, was ${index}`);
  return value;
};

const comparePlace = (a: PaneKey, b: PaneKey): number =>
  (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0) || a.intervalMs - b.intervalMs || a.startMs - b.startMs;
