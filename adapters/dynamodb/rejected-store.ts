import type { RejectedStore } from "#core/ports/rejected-store.ts";
import type { Rejected, RejectionReason } from "#core/trade.ts";
import { epochMs, readSequenceNumber, type DurationMs } from "#core/units.ts";
import { expiresAt, isLive, numberOf, readBytes, readNumber, readText } from "./attributes.ts";
import { openTable, type DynamoOptions } from "./client.ts";
import { queryPartition, writeAll, type Item } from "./requests.ts";

/**
 * An item holds 400 KB, a record may have more.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
const PART_BYTES = 380_000;
const INDEX_DIGITS = 10;
const PART_DIGITS = 3;

export interface DynamoRejectedStoreOptions extends DynamoOptions {
  /** For how long after it was written what was rejected is kept. */
  readonly keepMs: DurationMs;
}

/**
 * The rejected in a DynamoDB table with the keys `origin` and `position` and the time to live `expiresAt`. Bytes beyond one
 * item continue in further ones:
 *
 *     origin    = day "|" stream "|" shard                              2013-10-07|ticks|shardId-000000000000
 *     position  = sequence number "|" index plus one ["|" part]         0015|0000000000|001
 */
export const openDynamoRejectedStore = (options: DynamoRejectedStoreOptions): RejectedStore & AsyncDisposable => {
  const table = openTable(options);
  return {
    put: async (rejected) => {
      const expiry = expiresAt(table.clock.nowMs(), options.keepMs);
      const items = new Map<string, Item>();
      for (const row of rejected) {
        for (const item of rejectedItems(row)) {
          items.set(`${readText(item, "origin")} ${readText(item, "position")}`, { ...item, expiresAt: expiry });
        }
      }
      await writeAll(
        table,
        [...items.values()].map((item) => ({ PutRequest: { Item: item } })),
      );
    },

    list: async (stream, shard, day) => {
      const items = await queryPartition(table, "origin", originText(stream, shard, day));
      const nowMs = table.clock.nowMs();
      const live = items.filter((item) => isLive(item, nowMs));
      const rows = Map.groupBy(live, (item) => readText(item, "position").split("|").slice(0, 2).join("|"));
      return [...rows.values()].map((parts) => readRejected(stream, shard, parts));
    },

    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
};

const originText = (stream: string, shard: string, day: string): string => `${day}|${stream}|${shard}`;

const rejectedItems = (row: Rejected): readonly Item[] => {
  const day = new Date(row.arrivalTimeMs).toISOString().slice(0, 10);
  const position = `${row.sequenceNumber}|${String(row.index + 1).padStart(INDEX_DIGITS, "0")}`;
  return Array.from({ length: Math.max(1, Math.ceil(row.bytes.length / PART_BYTES)) }, (_, part) => ({
    origin: { S: originText(row.stream, row.shard, day) },
    position: { S: part === 0 ? position : `${position}|${String(part).padStart(PART_DIGITS, "0")}` },
    reason: { S: row.reason },
    arrivalTimeMs: numberOf(row.arrivalTimeMs),
    bytes: { B: row.bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES) },
  }));
};

const readRejected = (stream: string, shard: string, parts: readonly Item[]): Rejected => {
  const first = parts[0] as Item;
  const [sequence = "", index = ""] = readText(first, "position").split("|");
  return {
    stream,
    shard,
    sequenceNumber: readSequenceNumber(sequence),
    index: Number(index) - 1,
    reason: readText(first, "reason") as RejectionReason,
    arrivalTimeMs: epochMs(readNumber(first, "arrivalTimeMs")),
    bytes: joined(parts.map((part) => readBytes(part, "bytes"))),
  };
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
