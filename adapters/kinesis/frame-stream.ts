import type { FrameStream } from "#core/ports/frame-stream.ts";
import { openStream, type KinesisOptions } from "./client.ts";
import { putRecords } from "./put-records.ts";
import { createShardNames } from "./shard-names.ts";

/** The ticks stream on Kinesis. */
export const openKinesisFrameStream = (options: KinesisOptions): FrameStream & AsyncDisposable => {
  const stream = openStream(options);
  const names = createShardNames(stream);
  return {
    put: async (entries) => {
      const places = await putRecords(stream, entries);
      return Promise.all(
        places.map(
          async (place) => place && { shard: await names.of(place.shardId), sequenceNumber: place.sequenceNumber },
        ),
      );
    },
    [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
  };
};
