import { PipelineError } from "#core/errors.ts";
import { epochMs, type EpochMs } from "#core/units.ts";
import type { Offsets } from "./raw-trades.ts";

/** Where a publisher stands. */
export interface Standing {
  /** Per name in {@link Publication} what ends by then is handed over; those are absent of which nothing is yet. */
  readonly publishedUntilMs: ReadonlyMap<string, EpochMs>;
  /** By shard the offset of the first record whose trades are not. */
  readonly offsets: Offsets;
}

/** The bars of tumbling windows, as they stand in what {@link standingText} writes. */
export const BARS = "bars";

export const standingText = ({ publishedUntilMs, offsets }: Standing): string =>
  JSON.stringify({
    publishedUntilMs: Object.fromEntries(publishedUntilMs),
    offsets: Object.fromEntries([...offsets].map(([shard, offset]) => [shard, offset.toString()])),
  });

/**
 * What {@link standingText} wrote, or a publisher of before, which knew bars alone; nothing is handed over when there is none.
 * @throws PipelineError TAPE_STATE_INVALID
 */
export const readStanding = (text: string | undefined): Standing => {
  if (text === undefined) return { publishedUntilMs: new Map(), offsets: new Map() };
  const { publishedUntilMs = {}, offsets } = JSON.parse(text) as { publishedUntilMs?: unknown; offsets?: unknown };
  if (typeof offsets !== "object" || offsets === null)
    throw new PipelineError("TAPE_STATE_INVALID", `a publisher's state must have offsets, was ${text.slice(0, 80)}`);
  const untilMs = typeof publishedUntilMs === "object" ? publishedUntilMs : { [BARS]: publishedUntilMs };
  return {
    publishedUntilMs: new Map(Object.entries(untilMs ?? {}).map(([name, endMs]) => [name, epochMs(Number(endMs))])),
    offsets: new Map(Object.entries(offsets).map(([shard, offset]) => [shard, BigInt(String(offset))])),
  };
};
