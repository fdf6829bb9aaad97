import type { StoreMarks } from "#core/ports/store-marks.ts";
import { readSequenceNumber } from "#core/units.ts";
import { readText } from "./attributes.ts";
import { openTable, type DynamoOptions } from "./client.ts";
import { putGreater, queryPartition } from "./requests.ts";

/**
 * Marks in the DynamoDB table of the checkpoints, in partitions of their own, so that they are not read with them: `stream`
 * is `<stream>|stored`.
 */
export const openDynamoStoreMarks = (options: DynamoOptions): StoreMarks & AsyncDisposable => {
  const table = openTable(options);
  return {
    put: ({ stream, shard, last }) =>
      putGreater(table, { stream: { S: partitionText(stream) }, shard: { S: shard }, last: { S: last } }, "last"),

    list: async (stream) =>
      (await queryPartition(table, "stream", partitionText(stream))).map((item) => ({
        stream,
        shard: readText(item, "shard"),
        last: readSequenceNumber(readText(item, "last")),
      })),

    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
};

const partitionText = (stream: string): string => `${stream}|stored`;
