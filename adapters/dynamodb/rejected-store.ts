import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { indexesText, readIndexes } from "#core/redrive/index-text.ts";
import type { KeptRejected, Redriven, RejectedOrigin, RejectedStore } from "#core/ports/rejected-store.ts";
import type { Fault, Rejected, RejectionReason } from "#core/trade.ts";
import { durationMs, epochMs, readSequenceNumber, type DurationMs, type SequenceNumber } from "#core/units.ts";
import { expiresAt, isLive, numberOf, readBytes, readNumber, readText } from "./attributes.ts";
import { openTable, type DynamoOptions } from "./client.ts";
import { putGreater, queryPartition, writeAll, type Item } from "./requests.ts";

/**
 * An item holds 400 KB, a record may have more.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
const PART_BYTES = 380_000;
const PART_DIGITS = 3;
/**
 * A partition takes 1,000 write units a second, of 1 KB each, and a shard of a stream 1 MB: one that carries nothing but
 * garbage would fill it alone.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
const SPREADS = 16;

export interface DynamoRejectedStoreOptions extends DynamoOptions {
  /** For how long after it was written what was rejected is kept. */
  readonly keepMs: DurationMs;
}

/**
 * The rejected in a DynamoDB table with the keys `origin` and `position` and the time to live `expiresAt`: an item a
 * record. Bytes beyond one item continue in further ones:
 *
 *     origin    = day "|" stream "|" shard "|" spread               2013-10-07|ticks|shardId-000000000000|7
 *     spread    = hash of the sequence number, modulo 16
 *     position  = sequence number ["|" part]                        0015|001
 *     faults    = fault *("," fault), fault = index " " reason      -1 malformed-frame
 *     count     = all faults, those not named too
 *     parts     = how many items the record takes; on the first, as are faults and count
 *
 * What was put again stands in an item of its own, which no writing of the record touches:
 *
 *     position  = sequence number "|redriven"
 *     indexes   = the trades put again, as in "0-4,7"; trades = how many; redrivenAtMs
 */
export const openDynamoRejectedStore = (options: DynamoRejectedStoreOptions): RejectedStore & AsyncDisposable => {
  const table = openTable(options);
  return {
    put: async (rejected) => {
      const expiry = expiresAt(table.clock.nowMs(), options.keepMs);
      const rows = new Map(rejected.map((row) => [`${originText(row)} ${row.sequenceNumber}`, row]));
      const items = [...rows.values()].flatMap((row) => itemsOf(row, expiry));
      await writeAll(
        table,
        items.map((item) => ({ PutRequest: { Item: item } })),
      );
    },

    list: async (stream, shard, day) => {
      const origins = Array.from({ length: SPREADS }, (_, spread) => `${day}|${stream}|${shard}|${spread}`);
      const pages = await Promise.all(origins.map((origin) => queryPartition(table, "origin", origin)));
      const nowMs = table.clock.nowMs();
      const live = pages.flat().filter((item) => isLive(item, nowMs));
      const rows = Map.groupBy(live, (item) => readText(item, "position").split("|")[0] as string);
      return [...rows]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .filter(([, items]) => isWhole(items))
        .map(([position, items]) => readRejected(stream, shard, readSequenceNumber(position), items));
    },

    markRedriven: (origin, redriven) =>
      putGreater(table, markItem(origin, redriven, expiresAt(table.clock.nowMs(), MARKS_KEPT_MS)), "trades"),

    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
};

const originText = ({ stream, shard, sequenceNumber, arrivalTimeMs }: RejectedOrigin): string => {
  const day = new Date(arrivalTimeMs).toISOString().slice(0, 10);
  return `${day}|${stream}|${shard}|${spreadOf(sequenceNumber)}`;
};

/** The digits' 32-bit FNV-1a hash modulo 16: the digits themselves end alike, by shard and version. */
const spreadOf = (position: SequenceNumber): number => {
  let hash = 0x811c9dc5;
  for (const digit of position) hash = Math.imul(hash ^ digit.charCodeAt(0), 0x01000193);
  return (hash ^ (hash >>> 16)) & (SPREADS - 1);
};

const itemsOf = (row: Rejected, expiry: AttributeValue): readonly Item[] => {
  const origin = { S: originText(row) };
  const parts = Math.max(1, Math.ceil(row.bytes.length / PART_BYTES));
  const first = {
    arrivalTimeMs: numberOf(row.arrivalTimeMs),
    count: numberOf(row.count),
    faults: { S: row.faults.map(({ index, reason }) => `${index} ${reason}`).join(",") },
    parts: numberOf(parts),
  };
  return Array.from({ length: parts }, (_, part) => ({
    origin,
    position: {
      S: part === 0 ? row.sequenceNumber : `${row.sequenceNumber}|${String(part).padStart(PART_DIGITS, "0")}`,
    },
    ...(part === 0 ? first : {}),
    bytes: { B: row.bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES) },
    expiresAt: expiry,
  }));
};

const MARK = "redriven";
/** A mark must outlive its record. */
const MARKS_KEPT_MS = durationMs(3_650 * 86_400_000);

const markItem = (origin: RejectedOrigin, { indexes, atMs }: Redriven, expiry: AttributeValue): Item => ({
  origin: { S: originText(origin) },
  position: { S: `${origin.sequenceNumber}|${MARK}` },
  indexes: { S: indexesText(indexes) },
  trades: numberOf(indexes.length),
  redrivenAtMs: numberOf(atMs),
  expiresAt: expiry,
});

const isMark = (item: Item): boolean => readText(item, "position").endsWith(`|${MARK}`);

const readMark = (item: Item): Redriven => ({
  indexes: readIndexes(readText(item, "indexes")),
  atMs: epochMs(readNumber(item, "redrivenAtMs")),
});

/** Whether no part is missing: they are written, and expire, one by one. */
const isWhole = (items: readonly Item[]): boolean => {
  const [first, ...others] = items.filter((item) => !isMark(item));
  return first?.["parts"] !== undefined && readNumber(first, "parts") === 1 + others.length;
};

const readRejected = (
  stream: string,
  shard: string,
  position: SequenceNumber,
  items: readonly Item[],
): KeptRejected => {
  const parts = items.filter((item) => !isMark(item));
  const first = parts[0] as Item;
  const mark = items.find(isMark);
  return {
    stream,
    shard,
    sequenceNumber: position,
    arrivalTimeMs: epochMs(readNumber(first, "arrivalTimeMs")),
    count: readNumber(first, "count"),
    faults: readText(first, "faults").split(",").map(readFault),
    bytes: joined(parts.map((item) => readBytes(item, "bytes"))),
    redriven: mark && readMark(mark),
  };
};

const readFault = (text: string): Fault => {
  const [index, reason] = text.split(" ");
  return { index: Number(index), reason: reason as RejectionReason };
};

const joined = (parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};
