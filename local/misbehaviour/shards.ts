import {
  DescribeStreamSummaryCommand,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordCommand,
  SplitShardCommand,
  type KinesisClient,
  type Shard,
} from "@aws-sdk/client-kinesis";
import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "#core/random.ts";
import { pick } from "./pick.ts";

const POLL_MS = 10;

/** All shards of a stream, those closed among them; an embedded stream answers in one page. */
export const listShards = async (kinesis: KinesisClient, StreamName: string): Promise<readonly Shard[]> =>
  (await kinesis.send(new ListShardsCommand({ StreamName }))).Shards ?? [];

/** Whether the shard takes records, as none does that was split or merged. */
export const isOpen = ({ SequenceNumberRange }: Shard): boolean =>
  SequenceNumberRange?.EndingSequenceNumber === undefined;

/** Splits an open shard in its middle. */
export const splitShard = async (kinesis: KinesisClient, StreamName: string, random: Random): Promise<void> => {
  const shard = pick(random, (await listShards(kinesis, StreamName)).filter(isOpen));
  const NewStartingHashKey = String((rangeOf(shard).start + rangeOf(shard).end + 1n) / 2n);
  await kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit: shard.ShardId, NewStartingHashKey }));
  await untilActive(kinesis, StreamName);
};

/** Merges two open shards that lie side by side. Returns false when only one is open. */
export const mergeShards = async (kinesis: KinesisClient, StreamName: string, random: Random): Promise<boolean> => {
  const open = (await listShards(kinesis, StreamName))
    .filter(isOpen)
    .toSorted((a, b) => (rangeOf(a).start < rangeOf(b).start ? -1 : 1));
  if (open.length < 2) return false;
  const at = Math.floor(random() * (open.length - 1));
  const [first, second] = open.slice(at);
  const shards = { ShardToMerge: first?.ShardId, AdjacentShardToMerge: second?.ShardId };
  await kinesis.send(new MergeShardsCommand({ StreamName, ...shards }));
  await untilActive(kinesis, StreamName);
  return true;
};

/** Puts one record into the shard that holds the middle of `shard`'s range of hash keys. */
export const putInto = async (
  kinesis: KinesisClient,
  StreamName: string,
  shard: Shard,
  Data: Uint8Array,
): Promise<void> => {
  const ExplicitHashKey = String((rangeOf(shard).start + rangeOf(shard).end) / 2n);
  await kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: "any", ExplicitHashKey, Data }));
};

const rangeOf = ({ HashKeyRange }: Shard): { readonly start: bigint; readonly end: bigint } => ({
  start: BigInt(HashKeyRange?.StartingHashKey ?? 0),
  end: BigInt(HashKeyRange?.EndingHashKey ?? 0),
});

const untilActive = async (kinesis: KinesisClient, StreamName: string): Promise<void> => {
  const status = async (): Promise<string | undefined> =>
    (await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary?.StreamStatus;
  while ((await status()) !== "ACTIVE") await delay(POLL_MS);
};
