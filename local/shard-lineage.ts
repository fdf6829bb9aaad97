import type { Shard } from "@aws-sdk/client-kinesis";

type Kinship = Pick<Shard, "ShardId" | "ParentShardId" | "AdjacentParentShardId">;

/** What a mapping knows of the shards of its stream, by id. */
export interface Lineage {
  /** The stream still tells of the shard. */
  isListed(shardId: string): boolean;
  /** The mapping began behind the shard's end. */
  isPassedOver(shardId: string): boolean;
  /** The shard ended, and everything in it has been delivered. */
  isFinished(shardId: string): boolean;
}

/**
 * Whether a shard may be read: none before all its parents have been, a merged one before both. A parent so old that the
 * stream no longer lists it is not waited for.
 * Source: https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-after-resharding.html
 */
export const mayStart = (
  { ShardId = "", ParentShardId, AdjacentParentShardId }: Kinship,
  { isListed, isPassedOver, isFinished }: Lineage,
): boolean => {
  if (isPassedOver(ShardId)) return false;
  const parents = [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined);
  return parents.every((id) => !isListed(id) || isPassedOver(id) || isFinished(id));
};
