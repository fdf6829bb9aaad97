import { DescribeStreamSummaryCommand } from "@aws-sdk/client-kinesis";
import type { KinesisStream } from "./client.ts";

/** The name of a shard beyond its stream's life: a stream that is created again has shards of the same ids. */
export interface ShardNames {
  of(shardId: string): Promise<string>;
}

/** `shardId-000000000000@mu9r6a`: the shard's id, and when its stream was created, in seconds since 1970 to the base of 36. */
export const createShardNames = (stream: KinesisStream): ShardNames => {
  /** Asked for once, however many names are wanted meanwhile; again after a failure. */
  let born: Promise<string> | undefined;
  const ask = async (): Promise<string> => {
    try {
      return await creationOf(stream);
    } catch (error) {
      born = undefined;
      throw error;
    }
  };
  return { of: async (shardId) => `${shardId}@${await (born ??= ask())}` };
};

const creationOf = async (stream: KinesisStream): Promise<string> => {
  const command = new DescribeStreamSummaryCommand({ StreamName: stream.name });
  const { StreamDescriptionSummary } = await stream.ask((client) => client.send(command));
  const bornMs = StreamDescriptionSummary?.StreamCreationTimestamp?.getTime() ?? 0;
  return Math.floor(bornMs / 1_000).toString(36);
};
