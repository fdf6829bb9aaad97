import type { Checkpoint, CheckpointStore } from "#core/ports/checkpoint-store.ts";
import { COUNT_NAMES, countsOf } from "#core/shard-counts.ts";
import { readSequenceNumber } from "#core/units.ts";
import { numberOf, readBytes, readCount, readText, readTime, timeAttribute } from "./attributes.ts";
import { openTable, type DynamoOptions } from "./client.ts";
import { getAll, putGreater, queryPartition, type Item } from "./requests.ts";

/** Checkpoints in a DynamoDB table with the keys `stream` and `shard`, kept for ever. */
export const openDynamoCheckpointStore = (options: DynamoOptions): CheckpointStore & AsyncDisposable => {
  const table = openTable(options);
  return {
    get: async (stream, shard) => {
      const [item] = await getAll(table, [{ stream: { S: stream }, shard: { S: shard } }]);
      return item === undefined ? undefined : readCheckpoint(item);
    },

    put: (checkpoint) => putGreater(table, checkpointItem(checkpoint), "last"),

    list: async (stream) => (await queryPartition(table, "stream", stream)).map(readCheckpoint),

    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
};

const checkpointItem = ({
  stream,
  shard,
  last,
  lastArrivalMs,
  seen,
  newestEventTimeMs,
  frontierMs,
  counts,
}: Checkpoint): Item => ({
  stream: { S: stream },
  shard: { S: shard },
  last: { S: last },
  ...timeAttribute("lastArrivalMs", lastArrivalMs),
  seen: { B: seen },
  ...timeAttribute("newestEventTimeMs", newestEventTimeMs),
  ...timeAttribute("frontierMs", frontierMs),
  ...Object.fromEntries(COUNT_NAMES.map((name) => [name, numberOf(counts[name])])),
});

const readCheckpoint = (item: Item): Checkpoint => ({
  stream: readText(item, "stream"),
  shard: readText(item, "shard"),
  last: readSequenceNumber(readText(item, "last")),
  lastArrivalMs: readTime(item, "lastArrivalMs"),
  seen: readBytes(item, "seen"),
  newestEventTimeMs: readTime(item, "newestEventTimeMs"),
  frontierMs: readTime(item, "frontierMs"),
  counts: countsOf((name) => readCount(item, name)),
});
