import type { Pane } from "../pane.ts";
import { readSequenceNumber, type EpochMs, type SequenceNumber } from "../units.ts";

/** A position per shard. */
export type Positions = ReadonlyMap<string, SequenceNumber>;

/** So many shards have their position told at most; of others, a client that resumes gets every pane. */
export const MAX_POSITIONS = 32;

/**
 * What a client has of a subscription once an answer has come whole: every stored pane whose window starts at `fromMs` or
 * later and whose `lastSequence` is not beyond its shard's position.
 *
 * The positions are checkpoints, read before the panes were: all records up to them are in stored panes, so a pane that
 * changes later goes beyond. What updates bring does not move them, as the one before may have been lost.
 */
export interface Holding {
  readonly fromMs: EpochMs;
  readonly upTo: Positions;
}

/** Whether a client with this holding has `pane`, at this position or a greater one. */
export const isHeld = ({ startMs, shard, lastSequence }: Pane, { fromMs, upTo }: Holding): boolean => {
  const position = upTo.get(shard);
  return startMs >= fromMs && position !== undefined && lastSequence <= position;
};

/** The positions of `[[shard, position], …]`, undefined when `value` is anything else or too long. */
export const readPositions = (value: unknown): Positions | undefined => {
  if (!Array.isArray(value) || value.length > MAX_POSITIONS) return undefined;
  const positions = new Map<string, SequenceNumber>();
  for (const entry of value as readonly unknown[]) {
    const [shard, text] = Array.isArray(entry) && entry.length === 2 ? (entry as readonly unknown[]) : [];
    const position = typeof text === "string" ? positionOf(text) : undefined;
    if (typeof shard !== "string" || shard === "" || position === undefined) return undefined;
    positions.set(shard, position);
  }
  return positions;
};

const positionOf = (text: string): SequenceNumber | undefined => {
  try {
    return readSequenceNumber(text);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};
