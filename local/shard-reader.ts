import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  type _Record,
} from "@aws-sdk/client-kinesis";
import { epochMs, type EpochMs } from "#core/units.ts";
import type { PolledRecord } from "./kinesis-event.ts";
import type { StartingPosition } from "./mapping-spec.ts";
import type { Position } from "./positions.ts";

export interface ShardPage {
  readonly records: readonly PolledRecord[];
  /** As many as were asked for, so there may be more. */
  readonly isFull: boolean;
  /** The shard is closed and has been read to its end. */
  readonly isEnded: boolean;
}

/** Reads one shard of the embedded Kinesis from its position on. */
export interface ShardReader {
  /** Fixes the position; what LATEST leaves out is what was put before this resolves. */
  open(): Promise<void>;
  /** The next records, at most `limit`. `isClosed` says that nothing can be put any more. */
  read(limit: number, isClosed: boolean): Promise<ShardPage>;
}

export interface ShardReaderOptions {
  readonly kinesis: KinesisClient;
  readonly streamName: string;
  readonly shardId: string;
  /** Where the mapping starts, or where it was. */
  readonly startingPosition: StartingPosition | Exclude<Position, { readonly type: "PASSED_OVER" }>;
  readonly nowMs: EpochMs;
}

export const createShardReader = (options: ShardReaderOptions): ShardReader => new KinesisShardReader(options);

/**
 * Three things about the embedded Kinesis, kinesalite 3.3.3, are worked around here. AT_TIMESTAMP never answers when
 * nothing is that young, so it is read as TRIM_HORIZON with the older records left out. An iterator that follows an
 * empty answer may pass over the very first record of a shard (both bear the same index, and the iterator the later
 * time), so until there is one the first iterator is used again. An iterator lasts for five minutes, which a batch that
 * is tried again and again outlives: the next is made from the last sequence number.
 */
class KinesisShardReader implements ShardReader {
  readonly #options: ShardReaderOptions;
  readonly #oldestMs: EpochMs;
  #iterator: string | undefined;
  #lastSequenceNumber: string | undefined;
  #isLatest: boolean;

  constructor(options: ShardReaderOptions) {
    const { startingPosition, nowMs } = options;
    this.#options = options;
    this.#isLatest = startingPosition.type === "LATEST";
    this.#oldestMs = startingPosition.type === "AT_TIMESTAMP" ? startingPosition.timestampMs : epochMs(0);
    if (this.#isLatest) this.#oldestMs = nowMs;
    if (startingPosition.type === "AFTER_SEQUENCE_NUMBER") this.#lastSequenceNumber = startingPosition.sequenceNumber;
  }

  async open(): Promise<void> {
    if (this.#isLatest) this.#iterator = await this.#position();
  }

  async read(limit: number, isClosed: boolean): Promise<ShardPage> {
    const { Records = [], NextShardIterator } = await this.#getRecords(limit);
    const last = Records.at(-1)?.SequenceNumber;
    this.#lastSequenceNumber = last ?? this.#lastSequenceNumber;
    if (this.#lastSequenceNumber !== undefined || isClosed) this.#iterator = NextShardIterator;
    const records = Records.map(polledRecord).filter(({ arrivalMs }) => this.#isLatest || arrivalMs >= this.#oldestMs);
    return { records, isFull: Records.length === limit, isEnded: NextShardIterator === undefined };
  }

  async #getRecords(
    limit: number,
  ): Promise<{ Records?: _Record[] | undefined; NextShardIterator?: string | undefined }> {
    const { kinesis } = this.#options;
    this.#iterator ??= await this.#position();
    try {
      return await kinesis.send(new GetRecordsCommand({ ShardIterator: this.#iterator, Limit: limit }));
    } catch (error) {
      if (!(error instanceof ExpiredIteratorException)) throw error;
      this.#isLatest = false;
      this.#iterator = await this.#position();
      return await kinesis.send(new GetRecordsCommand({ ShardIterator: this.#iterator, Limit: limit }));
    }
  }

  async #position(): Promise<string> {
    const { kinesis, streamName, shardId } = this.#options;
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({
        StreamName: streamName,
        ShardId: shardId,
        ...(this.#lastSequenceNumber === undefined
          ? { ShardIteratorType: this.#isLatest ? "LATEST" : "TRIM_HORIZON" }
          : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: this.#lastSequenceNumber }),
      }),
    );
    if (ShardIterator === undefined)
      throw new TypeError(`Kinesis must return an iterator for ${shardId}, returned none`);
    return ShardIterator;
  }
}

const polledRecord = ({
  SequenceNumber = "",
  PartitionKey = "",
  Data,
  ApproximateArrivalTimestamp,
}: _Record): PolledRecord => {
  const data = Data ?? new Uint8Array();
  return {
    sequenceNumber: SequenceNumber,
    partitionKey: PartitionKey,
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
    arrivalMs: epochMs(ApproximateArrivalTimestamp?.getTime() ?? 0),
  };
};
