import { backoffMs, type Backoff } from "#core/backoff.ts";
import { PipelineError } from "#core/errors.ts";
import type { CutFrame } from "#core/frame/framer.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { FrameStream, RecordPlace } from "#core/ports/frame-stream.ts";
import type { Random } from "#core/random.ts";
import { durationMs, type EpochMs } from "#core/units.ts";
import type { SentFrame } from "./backlog.ts";

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
 * and partition key, after a pause that doubles from 50 ms to 5 s, with full jitter. Returns where they stand, undefined
 * when some were not taken before `deadlineMs`.
 */
export const sendFrames = async (
  deps: SendDeps,
  frames: readonly CutFrame[],
  deadlineMs: EpochMs,
): Promise<readonly SentFrame[] | undefined> => {
  const sent: SentFrame[] = [];
  for (let from = 0; from < frames.length; from += FRAMES_IN_FLIGHT) {
    const group = await sendGroup(deps, frames.slice(from, from + FRAMES_IN_FLIGHT), deadlineMs);
    if (group === undefined) return undefined;
    sent.push(...group);
  }
  return sent;
};

const sendGroup = async (
  { stream, clock, random }: SendDeps,
  frames: readonly CutFrame[],
  deadlineMs: EpochMs,
): Promise<readonly SentFrame[] | undefined> => {
  const sent: SentFrame[] = [];
  let left = frames;
  for (let failures = 1; ; failures++) {
    const places = await offer(stream, left);
    sent.push(...left.flatMap(({ tradeCount }, i) => (places[i] ? { place: places[i], tradeCount } : [])));
    left = left.filter((_, index) => places[index] === undefined);
    if (left.length === 0) return sent;
    if (clock.nowMs() >= deadlineMs) return undefined;
    await clock.sleep(backoffMs(BACKOFF, failures, random()));
  }
};

/** Where the stream put each frame; nowhere, as far as is known, when it did not answer. */
const offer = async (
  stream: FrameStream,
  frames: readonly CutFrame[],
): Promise<readonly (RecordPlace | undefined)[]> => {
  try {
    return await stream.put(frames);
  } catch (error) {
    if (error instanceof PipelineError && error.code === "TAPE_STREAM_UNAVAILABLE" && error.isRetryable) return [];
    throw error;
  }
};
