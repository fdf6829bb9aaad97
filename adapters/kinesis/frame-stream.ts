import type { FrameStream } from "#core/ports/frame-stream.ts";
import { openStream, type KinesisOptions } from "./client.ts";
import { putRecords } from "./put-records.ts";

/** The ticks stream on Kinesis. */
export const openKinesisFrameStream = (options: KinesisOptions): FrameStream & AsyncDisposable => {
  const stream = openStream(options);
  return {
    put: (entries) => putRecords(stream, entries),
    [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
  };
};
