import type { Gap, GapStore } from "#core/ports/gap-store.ts";
import { epochMs, readSequenceNumber } from "#core/units.ts";
import { numberOf, readNumber, readText } from "./attributes.ts";
import { openTable, type DynamoOptions } from "./client.ts";
import { putGreater, queryPartition, type Item } from "./requests.ts";

/**
 * Gaps in the DynamoDB table of the checkpoints, in a partition of their own, kept for ever:
 *
 *     stream = stream "|gaps"
 *     shard  = shard "|" [after]
 */
export const openDynamoGapStore = (options: DynamoOptions): GapStore & AsyncDisposable => {
  const table = openTable(options);
  return {
    note: (gap) => putGreater(table, gapItem(gap), "before"),

    list: async (stream) => {
      const items = await queryPartition(table, "stream", partitionText(stream));
      return items.map((item) => readGap(stream, item));
    },

    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
};

const partitionText = (stream: string): string => `${stream}|gaps`;

const gapItem = ({ stream, shard, after, before, noticedAtMs }: Gap): Item => ({
  stream: { S: partitionText(stream) },
  shard: { S: `${shard}|${after ?? ""}` },
  before: { S: before },
  noticedAtMs: numberOf(noticedAtMs),
});

const readGap = (stream: string, item: Item): Gap => {
  const [shard = "", after = ""] = readText(item, "shard").split("|");
  return {
    stream,
    shard,
    after: after === "" ? undefined : readSequenceNumber(after),
    before: readSequenceNumber(readText(item, "before")),
    noticedAtMs: epochMs(readNumber(item, "noticedAtMs")),
  };
};
