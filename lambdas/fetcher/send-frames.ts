import { backoffMs, type Backoff } from "#core/backoff.ts";
import { PipelineError } from "#core/errors.ts";
import type { CutFrame } from "#core/frame/framer.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { FrameStream, RecordPlace } from "#core/ports/frame-stream.ts";
import type { Random } from "#core/random.ts";
import { SEEN_FRAMES } from "#core/seen.ts";
import { durationMs, type EpochMs } from "#core/units.ts";
import type { SentFrame } from "./backlog.ts";

/** No frame is offered while one that is so far before it waits to be taken: half of what aggregators remember. */
export const FRAMES_IN_FLIGHT = SEEN_FRAMES / 2;

const BACKOFF: Backoff = { firstMs: durationMs(50), longestMs: durationMs(5_000) };

export interface SendDeps {
  readonly stream: FrameStream;
  readonly clock: Clock;
  readonly random: Random;
  /** Among how many shards the frames are spread. @default those that the stream has */
  readonly shardCount?: number | undefined;
}

/**
 * Sends frames until the stream has taken each, at most {@link FRAMES_IN_FLIGHT} at a time. What it refused, or did not
 * answer for, alone goes again, with the same number and partition key and beside those that follow, after a pause of up
 * to 50 ms, with full jitter, that doubles up to 5 s while none is taken. Returns where they stand, undefined when some
 * were not taken before `deadlineMs`.
 */
export const sendFrames = async (
  { stream, clock, random, shardCount }: SendDeps,
  frames: readonly CutFrame[],
  deadlineMs: EpochMs,
): Promise<readonly SentFrame[] | undefined> => {
  const sent: SentFrame[] = [];
  let [open, next, failures]: [readonly number[], number, number] = [[], 0, 0];
  for (;;) {
    const end = Math.min(frames.length, (open[0] ?? next) + FRAMES_IN_FLIGHT);
    const offered = [...open, ...Array.from({ length: end - next }, (_, i) => next + i)];
    if (offered.length === 0) return sent;
    const group = offered.map((position) => frames[position]!);
    const places = await offer(stream, group, shardCount);
    sent.push(...group.flatMap(({ tradeCount }, i) => (places[i] ? { place: places[i], tradeCount } : [])));
    open = offered.filter((_, i) => places[i] === undefined);
    next = end;
    failures = open.length === 0 ? 0 : open.length < offered.length ? 1 : failures + 1;
    if (failures === 0) continue;
    if (clock.nowMs() >= deadlineMs) return undefined;
    await clock.sleep(backoffMs(BACKOFF, failures, random()));
  }
};

/** Where the stream put each frame; nowhere, as far as is known, when it did not answer. */
const offer = async (
  stream: FrameStream,
  frames: readonly CutFrame[],
  shardCount: number | undefined,
): Promise<readonly (RecordPlace | undefined)[]> => {
  try {
    return await stream.put(frames, shardCount);
  } catch (error) {
    if (error instanceof PipelineError && error.code === "TAPE_STREAM_UNAVAILABLE" && error.isRetryable) return [];
    throw error;
  }
};
