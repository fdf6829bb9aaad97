import { PipelineError } from "#core/errors.ts";
import type { SequenceNumber } from "#core/units.ts";

/** How frames are cut. A chunk that is sent again must be cut as it was the first time. */
export interface Framing {
  readonly lanes: number;
  readonly maxTrades: number;
  readonly maxBytes: number;
}

/** Rows `[position, to)`, cut into frames numbered from `nextFrame` on: said before the first is sent. */
export interface Chunk {
  readonly to: number;
  readonly framing: Framing;
  readonly ingestTimeMs: number;
  /** The event time that the source had reached before these rows. */
  readonly frontierMs: number | undefined;
  /** Among how many shards its frames are spread, where that decides in which a frame lands. */
  readonly shardCount?: number | undefined;
}

/** Where a source stands; what its runs hand on to each other. */
export interface Progress {
  /** The producer's id, hex: the same from run to run, so that frames sent again are recognised. */
  readonly producer: string;
  /** Wall time of the source's first run. */
  readonly startedAtMs: number;
  /** Event time of its first trade, from which on trades are due. */
  readonly firstEventTimeMs: number | undefined;
  /** The greatest event time of the rows wholly sent. */
  readonly newestEventTimeMs: number | undefined;
  /** Rows wholly sent. */
  readonly position: number;
  /** The number of the next frame. */
  readonly nextFrame: number;
  /** What is being sent, or was when a run ended before its time. */
  readonly chunk: Chunk | undefined;
  /** By shard, the last record put into it. */
  readonly lastPlaces: Readonly<Record<string, SequenceNumber>>;
  readonly isDone: boolean;
  readonly tradesSent: number;
  readonly rejectedRows: number;
  /** The first rejected rows, in words. */
  readonly rejectedSamples: readonly string[];
}

/** Where a source stands before its first run. */
export const progressFrom = (producer: string, startedAtMs: number): Progress => ({
  producer,
  startedAtMs,
  firstEventTimeMs: undefined,
  newestEventTimeMs: undefined,
  position: 0,
  nextFrame: 0,
  chunk: undefined,
  lastPlaces: {},
  isDone: false,
  tradesSent: 0,
  rejectedRows: 0,
  rejectedSamples: [],
});

/**
 * The progress that a lease kept as JSON text.
 * @throws PipelineError TAPE_STATE_INVALID
 */
export const readProgress = (text: string): Progress => {
  const value: unknown = JSON.parse(text);
  if (typeof value === "object" && value !== null && "producer" in value && "position" in value)
    return value as Progress;
  throw new PipelineError(
    "TAPE_STATE_INVALID",
    `a lease's state must be the progress of a source, was ${text.slice(0, 80)}`,
  );
};
