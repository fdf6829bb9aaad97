import { PipelineError } from "#core/errors.ts";
import { epochMs, type EpochMs } from "#core/units.ts";
import type { Offsets } from "./raw-trades.ts";

/** Where a publisher stands. */
export interface Standing {
  /** Bars that end by then are handed over, undefined before the first. */
  readonly publishedUntilMs: EpochMs | undefined;
  /** By shard the offset of the first record whose trades are not. */
  readonly offsets: Offsets;
}

export const standingText = ({ publishedUntilMs, offsets }: Standing): string =>
  JSON.stringify({
    publishedUntilMs,
    offsets: Object.fromEntries([...offsets].map(([shard, offset]) => [shard, offset.toString()])),
  });

/** What {@link standingText} wrote; nothing is handed over when there is none. @throws PipelineError TAPE_STATE_INVALID */
export const readStanding = (text: string | undefined): Standing => {
  if (text === undefined) return { publishedUntilMs: undefined, offsets: new Map() };
  const { publishedUntilMs, offsets } = JSON.parse(text) as { publishedUntilMs?: unknown; offsets?: unknown };
  if (typeof offsets !== "object" || offsets === null)
    throw new PipelineError("TAPE_STATE_INVALID", `a publisher's state must have offsets, was ${text.slice(0, 80)}`);
  return {
    publishedUntilMs: typeof publishedUntilMs === "number" ? epochMs(publishedUntilMs) : undefined,
    offsets: new Map(Object.entries(offsets).map(([shard, offset]) => [shard, BigInt(String(offset))])),
  };
};
