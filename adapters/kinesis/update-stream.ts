import { backoffMs, type Backoff } from "#core/backoff.ts";
import { PipelineError } from "#core/errors.ts";
import type { StreamEntry } from "#core/ports/frame-stream.ts";
import type { UpdateStream } from "#core/ports/update-stream.ts";
import { durationMs } from "#core/units.ts";
import { updateRecords } from "#core/updates.ts";
import { openStream, type KinesisOptions } from "./client.ts";
import { putRecords } from "./put-records.ts";

/** One PUT payload unit. Source: https://aws.amazon.com/kinesis/data-streams/pricing/ */
const RECORD_BYTES = 25_000;
const ATTEMPTS = 10;
const BACKOFF: Backoff = { firstMs: durationMs(50), longestMs: durationMs(2_000) };

/** The bars stream on Kinesis. Records go to the shards in turn: receivers keep registers, so their order does not matter. */
export const openKinesisUpdateStream = (options: KinesisOptions): UpdateStream & AsyncDisposable => {
  const stream = openStream(options);
  let published = 0;
  return {
    publish: async (panes) => {
      let left: readonly StreamEntry[] = updateRecords(panes, RECORD_BYTES).map((data) => ({
        partitionKey: String(published++),
        data,
      }));
      for (let attempt = 1; left.length > 0; attempt++) {
        const taken = await putRecords(stream, left);
        left = left.filter((_, i) => taken[i] !== true);
        if (left.length === 0) return;
        if (attempt === ATTEMPTS) {
          throw new PipelineError(
            "TAPE_STREAM_UNAVAILABLE",
            `stream ${stream.name} must take all updates within ${ATTEMPTS} attempts, refused ${left.length} records`,
            { retryable: true },
          );
        }
        await stream.clock.sleep(backoffMs(BACKOFF, attempt, Math.random()));
      }
    },
    [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
  };
};
