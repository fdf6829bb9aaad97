/**
 * How many shards a stream needs: for each limit the load over what one shard takes, and of these the most. For what comes
 * in and what the consumer folds this is the rule of required partitions, max(T/P, T/C).
 */

/** One of the limits on a shard, and the shards that it asks for. */
export interface ShardLimit {
  readonly name: string;
  readonly unit: string;
  /** Of the whole stream. */
  readonly load: number;
  /** What one shard takes at most. */
  readonly perShard: number;
  /** How full a shard may be, above 0 and up to 1. */
  readonly fullest: number;
  /** At least 1. */
  readonly shards: number;
}

/**
 * What a shard takes and gives. 1 MB is read as the smaller of its two meanings.
 * Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const SHARD = { bytesIn: 1_000_000, recordsIn: 1_000, bytesOut: 2_000_000 } as const;

/** A record is billed in units of so many bytes. Source: https://aws.amazon.com/kinesis/data-streams/pricing/ */
const PAYLOAD_UNIT_BYTES = 25 * 1_024;

/** A limit with the shards that keep each one within `fullest` of it. */
export const shardLimit = (limit: Omit<ShardLimit, "shards">): ShardLimit => ({
  ...limit,
  shards: Math.max(1, Math.ceil(limit.load / (limit.perShard * limit.fullest))),
});

/** The limits that Kinesis itself sets, for one consumer that reads what is put. */
export const streamLimits = (
  bytesPerSecond: number,
  recordsPerSecond: number,
  fullest: number,
): readonly ShardLimit[] => [
  shardLimit({ name: "bytes in", unit: "bytes/s", load: bytesPerSecond, perShard: SHARD.bytesIn, fullest }),
  shardLimit({ name: "records in", unit: "records/s", load: recordsPerSecond, perShard: SHARD.recordsIn, fullest }),
  shardLimit({ name: "bytes out", unit: "bytes/s", load: bytesPerSecond, perShard: SHARD.bytesOut, fullest }),
];

/** The shards that keep every one of `limits`. */
export const shardsOf = (limits: readonly ShardLimit[]): number => Math.max(1, ...limits.map(({ shards }) => shards));

/** PUT payload units of records that are so long on average. */
export const payloadUnitsOf = (recordsPerSecond: number, bytesPerRecord: number): number =>
  recordsPerSecond * Math.max(1, Math.ceil(bytesPerRecord / PAYLOAD_UNIT_BYTES));
