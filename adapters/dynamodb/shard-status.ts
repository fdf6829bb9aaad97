import type { RecordTimes, ShardStatus, ShardStatusStore, ToldStep } from "#core/ports/shard-status.ts";
import { COUNT_NAMES, countsOf } from "#core/shard-counts.ts";
import { epochMs, readSequenceNumber } from "#core/units.ts";
import { numberOf, readCount, readNumber, readText, readTime, timeAttribute } from "./attributes.ts";
import { openTable, type DynamoOptions } from "./client.ts";
import { putGreater, queryPartition, type Item } from "./requests.ts";

/**
 * Statuses in the DynamoDB table of the checkpoints, in partitions of their own, so that they neither disturb the
 * checkpoints nor are read with them: `stream` is `<stream>|status`.
 */
export const openDynamoShardStatusStore = (options: DynamoOptions): ShardStatusStore & AsyncDisposable => {
  const table = openTable(options);
  return {
    put: (status) => putGreater(table, statusItem(status), "last"),

    list: async (stream) => {
      const items = await queryPartition(table, "stream", partitionText(stream));
      return items.map((item) => readStatus(stream, item));
    },

    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  };
};

const partitionText = (stream: string): string => `${stream}|status`;

const statusItem = ({
  stream,
  shard,
  last,
  arrivalTimeMs,
  newestEventTimeMs,
  frontierMs,
  counts,
  step,
}: ShardStatus): Item => ({
  stream: { S: partitionText(stream) },
  shard: { S: shard },
  last: { S: last },
  arrivalTimeMs: numberOf(arrivalTimeMs),
  ...timeAttribute("newestEventTimeMs", newestEventTimeMs),
  ...timeAttribute("frontierMs", frontierMs),
  ...Object.fromEntries(COUNT_NAMES.map((name) => [name, numberOf(counts[name])])),
  ...(step === undefined ? {} : stepAttributes(step)),
});

const stepAttributes = ({ newest, foldedTimeMs, stateBytes, paneCount }: ToldStep): Item => ({
  ...timeAttribute("stepEventTimeMs", newest?.eventTimeMs),
  ...timeAttribute("stepIngestTimeMs", newest?.ingestTimeMs),
  ...timeAttribute("stepArrivalTimeMs", newest?.arrivalTimeMs),
  foldedTimeMs: numberOf(foldedTimeMs),
  stateBytes: numberOf(stateBytes),
  paneCount: numberOf(paneCount),
});

const readStatus = (stream: string, item: Item): ShardStatus => ({
  stream,
  shard: readText(item, "shard"),
  last: readSequenceNumber(readText(item, "last")),
  arrivalTimeMs: epochMs(readNumber(item, "arrivalTimeMs")),
  newestEventTimeMs: readTime(item, "newestEventTimeMs"),
  frontierMs: readTime(item, "frontierMs"),
  counts: countsOf((name) => readCount(item, name)),
  step: readStep(item),
});

const readStep = (item: Item): ToldStep | undefined => {
  const foldedTimeMs = readTime(item, "foldedTimeMs");
  if (foldedTimeMs === undefined) return undefined;
  const newest = readNewest(item);
  return { newest, foldedTimeMs, stateBytes: readNumber(item, "stateBytes"), paneCount: readNumber(item, "paneCount") };
};

const readNewest = (item: Item): RecordTimes | undefined => {
  const eventTimeMs = readTime(item, "stepEventTimeMs");
  if (eventTimeMs === undefined) return undefined;
  const arrivalTimeMs = epochMs(readNumber(item, "stepArrivalTimeMs"));
  return { eventTimeMs, ingestTimeMs: readTime(item, "stepIngestTimeMs"), arrivalTimeMs };
};
