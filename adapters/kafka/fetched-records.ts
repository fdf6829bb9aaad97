import type { Consumer } from "@platformatic/kafka";
import { arrivalTimeOf } from "#core/trade-limits.ts";
import { sequenceNumber, type EpochMs, type SequenceNumber } from "#core/units.ts";

/** One record of a partition. */
export interface TopicRecord {
  readonly offset: bigint;
  readonly position: SequenceNumber;
  readonly timeMs: EpochMs;
  readonly value: Buffer;
}

/** What one fetch brought. */
export interface FetchedRecords {
  /** In order, from the offset asked for on. */
  readonly records: readonly TopicRecord[];
  /** Where the next fetch begins. */
  readonly next: bigint;
  /** Up to here, exclusive, records can be read: what an open transaction wrote cannot, nor what follows it. */
  readonly end: bigint;
}

type Partition = Awaited<ReturnType<Consumer["fetch"]>>["responses"][number]["partitions"][number];

/** What a broker answers of a partition, to who reads what is committed alone. */
export type FetchedPartition = Pick<Partition, "lastStableOffset" | "abortedTransactions" | "records">;

type Batch = NonNullable<Partition["records"]>[number];

/** Bits of a batch's attributes. Source: https://kafka.apache.org/documentation/#recordbatch */
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/**
 * The records from offset `from` on, without those of aborted transactions: the same ones wherever a fetch begins and ends.
 * The broker tells of the transactions that reach into what it answers with, the client leaves out a part of what is theirs.
 *
 *     transactions    aborted: producer 7 from 10 on       aborted: producer 7 from 13 on
 *     batches         10: 7    11: 9    12: 7's marker     13: 7    14: 7                    what follows is not fetched yet
 *     taken                    11                                                            next: 15
 */
export const fetchedRecords = (fetched: FetchedPartition, from: bigint): FetchedRecords => {
  const records: TopicRecord[] = [];
  const open = new Set<bigint>();
  const aborted = (fetched.abortedTransactions ?? []).toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  let [next, begun] = [from, 0];
  for (const batch of fetched.records ?? []) {
    next = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
    for (; begun < aborted.length && aborted[begun]!.firstOffset < next; begun++) open.add(aborted[begun]!.producerId);
    // A producer has one transaction at a time, which a marker ends.
    if ((batch.attributes & CONTROL) !== 0) open.delete(batch.producerId);
    else if ((batch.attributes & TRANSACTIONAL) === 0 || !open.has(batch.producerId)) addRecords(records, batch, from);
  }
  return { records, next, end: fetched.lastStableOffset };
};

const addRecords = (records: TopicRecord[], batch: Batch, from: bigint): void => {
  const isAppendTime = (batch.attributes & LOG_APPEND_TIME) !== 0;
  for (const { offsetDelta, timestampDelta, value } of batch.records) {
    const offset = batch.firstOffset + BigInt(offsetDelta);
    // A batch is fetched whole.
    if (offset < from) continue;
    const time = isAppendTime ? batch.maxTimestamp : batch.firstTimestamp + timestampDelta;
    const position = sequenceNumber(offset.toString());
    records.push({ offset, position, timeMs: arrivalTimeOf(Number(time)), value: value ?? Buffer.alloc(0) });
  }
};
