import { ByteReader, ByteWriter } from "./bytes.ts";
import { readPosition, writePosition } from "./pane-block.ts";
import { SeenFrames } from "./seen.ts";
import { COUNT_NAMES, countsOf, type ShardCounts } from "./shard-counts.ts";
import { epochMs, type EpochMs, type SequenceNumber } from "./units.ts";

/** What a life hands from batch to batch, but for its panes. */
export interface StateHead {
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
}

/** What a life hands from batch to batch: a cache of what the shard's records up to `last` say, never the truth. */
export interface LifeState extends StateHead {
  /** As a block; see pane-block.ts. */
  readonly panes: Uint8Array;
}

/*
 * state    = version 6, last, arrival of last, newestEventTime, frontier, newestStored, seven counts, length of seen, seen,
 *            length of panes, panes (pane-block.ts): a state that is cut short between two panes must not be taken for one
 * position = 0 for none, else 1 and the number as a long varint
 * time     = 0 for none, else 1 and the milliseconds, zigzag
 */
const VERSION = 6;

/** The bytes of `state`. */
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
  const writer = new ByteWriter(256 + seen.length + panes.length);
  writer.byte(VERSION);
  writePosition(writer, last);
  writeTime(writer, lastArrivalMs);
  writeTime(writer, newestEventTimeMs);
  writeTime(writer, frontierMs);
  writeTime(writer, newestStoredMs);
  for (const name of COUNT_NAMES) writer.varint(counts[name]);
  writer.varint(seen.length);
  writer.bytes(seen);
  writer.varint(panes.length);
  writer.bytes(panes);
  return writer.toBytes();
};

/**
 * The state that `bytes` were made from; its panes are not looked into.
 * @throws RangeError when they were not.
 */
export const readLifeState = (bytes: Uint8Array): LifeState => {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== VERSION) throw new RangeError(`a state's version must be ${VERSION}, was ${version}`);
  const last = readPosition(reader);
  const lastArrivalMs = readTime(reader);
  const newestEventTimeMs = readTime(reader);
  const frontierMs = readTime(reader);
  const newestStoredMs = readTime(reader);
  const counts = countsOf(() => reader.varint());
  const seen = SeenFrames.from(reader.bytes(reader.varint())).toBytes();
  const panes = reader.bytes(reader.varint());
  if (!reader.isAtEnd) throw new RangeError("a state must end with its panes");
  return { last, lastArrivalMs, newestEventTimeMs, frontierMs, newestStoredMs, counts, seen, panes };
};

const writeTime = (writer: ByteWriter, time: EpochMs | undefined): void => {
  writer.byte(time === undefined ? 0 : 1);
  if (time !== undefined) writer.zigzag(time);
};

const readTime = (reader: ByteReader): EpochMs | undefined =>
  reader.byte() === 0 ? undefined : epochMs(reader.zigzag());
