import { backoffMs, type Backoff } from "#core/backoff.ts";
import { PipelineError } from "#core/errors.ts";
import type { StreamEntry } from "#core/ports/frame-stream.ts";
import type { UpdateStream } from "#core/ports/update-stream.ts";
import { durationMs } from "#core/units.ts";
import { openStream, type KinesisOptions } from "./client.ts";
import { putRecords } from "./put-records.ts";

const ATTEMPTS = 10;
const BACKOFF: Backoff = { firstMs: durationMs(50), longestMs: durationMs(2_000) };

/** The bars stream on Kinesis. Records go to the shards in turn: receivers keep registers, so their order does not matter. */
export const openKinesisUpdateStream = (options: KinesisOptions): UpdateStream & AsyncDisposable => {
  const stream = openStream(options);
  let published = 0;
  return {
    publish: async (records) => {
      let left: readonly StreamEntry[] = records.map((data) => ({
        partitionKey: String(published++),
        data,
      }));
      // A stream that takes some each time is only slow; one that takes nothing so often is out of order.
      for (let failures = 0; left.length > 0;) {
        const taken = await putRecords(stream, left);
        const refused = left.filter((_, i) => taken[i] === undefined);
        failures = refused.length < left.length ? 0 : failures + 1;
        left = refused;
        if (left.length === 0) return;
        if (failures === ATTEMPTS) {
          throw new PipelineError(
            "TAPE_STREAM_UNAVAILABLE",
            `stream ${stream.name} must take some updates within ${ATTEMPTS} attempts, refused ${left.length} records`,
            { retryable: true },
          );
        }
        await stream.clock.sleep(backoffMs(BACKOFF, Math.max(failures, 1), Math.random()));
      }
    },
    [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
  };
};
