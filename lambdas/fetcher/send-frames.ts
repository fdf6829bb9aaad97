import { backoffMs, type Backoff } from "#core/backoff.ts";
import { PipelineError } from "#core/errors.ts";
import type { CutFrame } from "#core/frame/framer.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { FrameStream } from "#core/ports/frame-stream.ts";
import type { Random } from "#core/random.ts";
import { durationMs, type EpochMs } from "#core/units.ts";

/** No frame is sent before all that are further than this behind it are acknowledged: half of what aggregators remember. */
export const FRAMES_IN_FLIGHT = 512;

const BACKOFF: Backoff = { firstMs: durationMs(50), longestMs: durationMs(5_000) };

export interface SendDeps {
  readonly stream: FrameStream;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Sends frames until the stream has taken each. What it refused, or did not answer for, is sent again with the same number
 * and partition key, after a pause that doubles from 50 ms to 5 s, with full jitter. Returns whether all were taken before
 * `deadlineMs`.
 */
export const sendFrames = async (
  deps: SendDeps,
  frames: readonly CutFrame[],
  deadlineMs: EpochMs,
): Promise<boolean> => {
  for (let from = 0; from < frames.length; from += FRAMES_IN_FLIGHT) {
    if (!(await sendGroup(deps, frames.slice(from, from + FRAMES_IN_FLIGHT), deadlineMs))) return false;
  }
  return true;
};

const sendGroup = async (
  { stream, clock, random }: SendDeps,
  frames: readonly CutFrame[],
  deadlineMs: EpochMs,
): Promise<boolean> => {
  let left = frames;
  for (let failures = 1; ; failures++) {
    const taken = await offer(stream, left);
    left = left.filter((_, index) => taken[index] !== true);
    if (left.length === 0) return true;
    if (clock.nowMs() >= deadlineMs) return false;
    await clock.sleep(backoffMs(BACKOFF, failures, random()));
  }
};

/** Which frames the stream took; none, as far as is known, when it did not answer. */
const offer = async (stream: FrameStream, frames: readonly CutFrame[]): Promise<readonly boolean[]> => {
  try {
    return await stream.put(frames);
  } catch (error) {
    if (error instanceof PipelineError && error.code === "TAPE_STREAM_UNAVAILABLE" && error.isRetryable) return [];
    throw error;
  }
};
