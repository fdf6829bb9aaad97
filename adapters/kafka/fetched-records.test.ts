import { expect, test } from "vitest";
import { EVENT_TIME_RANGE_MS } from "#core/trade-limits.ts";
import { epochMs, sequenceNumber } from "#core/units.ts";
import { fetchedRecords, type FetchedPartition } from "./fetched-records.ts";

type Batch = NonNullable<FetchedPartition["records"]>[number];

const [APPEND_TIME, TRANSACTIONAL, MARKER] = [0x08, 0x10, 0x30];
const NOBODY = -1n;

const batch = (offset: number, attributes: number, producerId: bigint, count = 1): Batch => ({
  firstOffset: BigInt(offset),
  length: 0,
  partitionLeaderEpoch: 0,
  magic: 2,
  crc: 0,
  attributes,
  lastOffsetDelta: count - 1,
  firstTimestamp: 1_000n,
  maxTimestamp: 2_000n,
  producerId,
  producerEpoch: 0,
  firstSequence: 0,
  records: Array.from({ length: count }, (_, i) => ({
    length: 0,
    attributes: 0,
    timestampDelta: BigInt(i),
    offsetDelta: i,
    key: null,
    value: Buffer.from(`${offset + i}`),
    headers: [],
  })),
});

/** What is taken of an answer, as texts; each of `aborted` is a producer and where its transaction begins. */
const taken = (records: readonly Batch[], aborted: readonly (readonly [bigint, number])[] = [], from = 0n) => {
  const abortedTransactions = aborted.map(([producerId, first]) => ({ producerId, firstOffset: BigInt(first) }));
  const partition = { lastStableOffset: 99n, abortedTransactions, records: [...records] };
  const fetched = fetchedRecords(partition, from);
  return { values: fetched.records.map(({ value }) => value.toString()), next: fetched.next, end: fetched.end };
};

test("records are taken from the offset asked for on, stamped by who stamps them", () => {
  const records = [batch(4, 0, NOBODY, 3), batch(7, APPEND_TIME, NOBODY)];
  const fetched = fetchedRecords({ lastStableOffset: 8n, abortedTransactions: null, records }, 5n);
  expect(fetched).toEqual({
    records: [
      { offset: 5n, position: sequenceNumber("5"), timeMs: 1_001, value: Buffer.from("5") },
      { offset: 6n, position: sequenceNumber("6"), timeMs: 1_002, value: Buffer.from("6") },
      { offset: 7n, position: sequenceNumber("7"), timeMs: 2_000, value: Buffer.from("7") },
    ],
    next: 8n,
    end: 8n,
  });
});

test("the records of every aborted transaction of a producer are left out, those of others and of its committed ones are not", () => {
  const records = [
    batch(0, TRANSACTIONAL, 7n, 2),
    batch(2, TRANSACTIONAL, 9n),
    batch(3, MARKER, 7n),
    batch(4, 0, 7n),
    batch(5, TRANSACTIONAL, 7n),
    batch(6, MARKER, 7n),
    batch(7, TRANSACTIONAL, 7n),
    batch(8, MARKER, 7n),
    batch(9, MARKER, 9n),
    batch(10, TRANSACTIONAL, 7n),
  ];
  const all = [
    [7n, 0],
    [7n, 7],
    [7n, 10],
  ] as const;
  expect(taken(records, all)).toEqual({ values: ["2", "4", "5"], next: 11n, end: 99n });
  expect(taken(records, all.toReversed())).toEqual({ values: ["2", "4", "5"], next: 11n, end: 99n });
});

test("wherever fetches begin and end, the same records are taken", () => {
  const [first, second, marker] = [batch(0, TRANSACTIONAL, 7n), batch(1, TRANSACTIONAL, 7n), batch(2, MARKER, 7n)];
  const rest = [batch(3, TRANSACTIONAL, 7n), batch(4, MARKER, 7n)];
  expect(taken([first], [[7n, 0]])).toMatchObject({ values: [], next: 1n });
  expect(taken([second, marker, ...rest], [[7n, 0]], 1n)).toMatchObject({ values: ["3"], next: 5n });
  expect(taken([first, second, marker, ...rest], [[7n, 0]])).toMatchObject({ values: ["3"], next: 5n });
});

test("a stamp that no clock can show is the nearest time that can be", () => {
  const records = [1_700_000_000_000_000_000n, -(2n ** 62n)].map((firstTimestamp, i) => ({
    ...batch(i, 0, NOBODY),
    firstTimestamp,
  }));
  const { records: read } = fetchedRecords({ lastStableOffset: 2n, abortedTransactions: null, records }, 0n);
  expect(read.map(({ timeMs }) => timeMs)).toEqual([EVENT_TIME_RANGE_MS, -EVENT_TIME_RANGE_MS].map(epochMs));
});

test("an answer without records leaves the next fetch where this one began", () => {
  const nothing = { lastStableOffset: 12n, abortedTransactions: null, records: null };
  expect(fetchedRecords(nothing, 5n)).toEqual({ records: [], next: 5n, end: 12n });
});
