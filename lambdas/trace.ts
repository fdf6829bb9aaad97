import type { ProducerFrames } from "#core/step-tally.ts";
import type { SequenceNumber } from "#core/units.ts";

/*
 * How lines of different stages speak of the same trades: fields of the same names, so that one query finds them all. How
 * to use them is in docs/operations.md, "Follow a trade".
 */

/** Records of a shard of ticks that a stage put, folded, or was told have been folded. */
export interface ShardSpan {
  readonly shard: string;
  /** The first of them, where it is known. */
  readonly firstSequence?: SequenceNumber | undefined;
  /** The last; where a batch was folded up to it, panes bear it. */
  readonly lastSequence: SequenceNumber | undefined;
  readonly records?: number;
}

/** A line names no more producers and no more spans; of others it says how many they are. */
const MOST_NAMED = 20;

/** Whose frames, and which. */
export const producersField = (producers: readonly ProducerFrames[]) => ({
  producers: producers.slice(0, MOST_NAMED),
  ...moreOf("moreProducers", producers.length),
});

/** Of which shards, and from where to where. */
export const shardsField = (shards: readonly ShardSpan[]) => ({
  shards: shards.slice(0, MOST_NAMED),
  ...moreOf("moreShards", shards.length),
});

const moreOf = (name: string, count: number): Readonly<Record<string, number>> =>
  count > MOST_NAMED ? { [name]: count - MOST_NAMED } : {};
