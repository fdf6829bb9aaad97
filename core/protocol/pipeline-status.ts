import { epochMs, type EpochMs } from "../units.ts";
import { givenNumber } from "./given-number.ts";

/**
 * Whether trades come, and if not, why not.
 *
 * - `live`: they do.
 * - `quiet`: whoever fetches them is at work, and there are none.
 * - `closed`: the source has come to its end.
 * - `dead`: nobody fetches.
 */
export const FEED_STATES = ["live", "quiet", "closed", "dead"] as const;

export type FeedState = (typeof FEED_STATES)[number];

/** How the pipeline stood at `timeMs`, all shards together. */
export interface PipelineStatus {
  readonly timeMs: EpochMs;
  /** Trades up to here have most likely all come; undefined before the first. Later ones are folded like any other. */
  readonly watermarkMs: EpochMs | undefined;
  readonly feed: FeedState;
  readonly counts: StatusCounts;
  /** How many are connected, this one among them. */
  readonly connections: number;
}

export interface StatusCounts {
  /** Trades folded. */
  readonly trades: number;
  /** Those of them that came behind the watermark. */
  readonly late: number;
  /** Those of the late ones that came when a bar of theirs had been said to be final, and corrected it. */
  readonly corrected: number;
  /** Trades not folded, as their frame had been before. */
  readonly duplicates: number;
  /** Trades and records set aside, as they could not be true or not be read. */
  readonly rejected: number;
  /** Stretches of the stream that may have expired before they were read. */
  readonly gaps: number;
}

export type StatusCount = keyof StatusCounts;

/** Every count, in order. */
export const STATUS_COUNTS = [
  "trades",
  "late",
  "corrected",
  "duplicates",
  "rejected",
  "gaps",
] as const satisfies readonly StatusCount[];

/**
 * The status in a heartbeat's body.
 * @throws RangeError when it lacks something.
 */
export const readStatus = ({
  timeMs,
  watermarkMs,
  feed,
  counts,
  connections,
}: Readonly<Record<string, unknown>>): PipelineStatus => {
  const state = FEED_STATES.find((known) => known === feed);
  if (state === undefined) throw new RangeError(`a heartbeat's feed must be a known state, was ${String(feed)}`);
  const counted = (counts ?? {}) as Readonly<Record<string, unknown>>;
  return {
    timeMs: epochMs(givenNumber(timeMs)),
    watermarkMs: watermarkMs === null ? undefined : epochMs(givenNumber(watermarkMs)),
    feed: state,
    counts: Object.fromEntries(STATUS_COUNTS.map((name) => [name, givenNumber(counted[name])])) as Record<
      StatusCount,
      number
    >,
    connections: givenNumber(connections),
  };
};
