import type { Checkpoint, CheckpointStore, ShardCounts } from "#core/ports/checkpoint-store.ts";
import { epochMs, readSequenceNumber } from "#core/units.ts";
import { numberOf, readBytes, readNumber, readText } from "./attributes.ts";
import { openTable, type DynamoOptions } from "./client.ts";
import { getAll, putGreater, queryPartition, type Item } from "./requests.ts";

const COUNTS = [
  "records",
  "trades",
  "lateTrades",
  "duplicateFrames",
  "duplicateTrades",
  "rejected",
] as const satisfies readonly (keyof ShardCounts)[];

/** Checkpoints in a DynamoDB table with the keys `stream` and `shard`, kept for ever. */
export const openDynamoCheckpointStore = (options: DynamoOptions): CheckpointStore & AsyncDisposable => {
  const table = openTable(options);
  return {
    get: async (stream, shard) => {
      const [item] = await getAll(table, [{ stream: { S: stream }, shard: { S: shard } }]);
      return item === undefined ? undefined : readCheckpoint(item);
    },

    put: (checkpoint) => putGreater(table, checkpointItem(checkpoint), "last", checkpoint.last),

    list: async (stream) => (await queryPartition(table, "stream", stream)).map(readCheckpoint),

    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
};

const checkpointItem = ({ stream, shard, last, seen, newestEventTimeMs, counts }: Checkpoint): Item => ({
  stream: { S: stream },
  shard: { S: shard },
  last: { S: last },
  seen: { B: seen },
  ...(newestEventTimeMs === undefined ? {} : { newestEventTimeMs: numberOf(newestEventTimeMs) }),
  ...Object.fromEntries(COUNTS.map((name) => [name, numberOf(counts[name])])),
});

const readCheckpoint = (item: Item): Checkpoint => ({
  stream: readText(item, "stream"),
  shard: readText(item, "shard"),
  last: readSequenceNumber(readText(item, "last")),
  seen: readBytes(item, "seen"),
  newestEventTimeMs:
    item["newestEventTimeMs"] === undefined ? undefined : epochMs(readNumber(item, "newestEventTimeMs")),
  counts: {
    records: readNumber(item, "records"),
    trades: readNumber(item, "trades"),
    lateTrades: readNumber(item, "lateTrades"),
    duplicateFrames: readNumber(item, "duplicateFrames"),
    duplicateTrades: readNumber(item, "duplicateTrades"),
    rejected: readNumber(item, "rejected"),
  },
});
