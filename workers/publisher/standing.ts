import { PipelineError } from "#core/errors.ts";
import { epochMs, type EpochMs } from "#core/units.ts";
import type { Offsets } from "./raw-trades.ts";

/** Where a publisher stands with each place, by its name. Of a place that is absent nothing is handed over yet. */
export interface Standing {
  /** Bars that end by then are handed over. */
  readonly publishedUntilMs: ReadonlyMap<string, EpochMs>;
  /** By shard the offset of the first record whose trades are not. */
  readonly offsets: ReadonlyMap<string, Offsets>;
}

export const standingText = ({ publishedUntilMs, offsets }: Standing): string =>
  JSON.stringify({
    publishedUntilMs: Object.fromEntries(publishedUntilMs),
    offsets: Object.fromEntries([...offsets].map(([place, own]) => [place, digitsOf(own)])),
  });

const digitsOf = (offsets: Offsets): Record<string, string> =>
  Object.fromEntries([...offsets].map(([shard, offset]) => [shard, offset.toString()]));

/**
 * What {@link standingText} wrote; nothing is handed over when there is none, or one of before places had their own.
 * @throws PipelineError TAPE_STATE_INVALID
 */
export const readStanding = (text: string | undefined): Standing => {
  const { publishedUntilMs, offsets } = JSON.parse(text ?? "{}") as { publishedUntilMs?: unknown; offsets?: unknown };
  if (!isRecord(publishedUntilMs)) return { publishedUntilMs: new Map(), offsets: new Map() };
  if (!isRecord(offsets) || !Object.values(offsets).every(isRecord))
    throw new PipelineError("TAPE_STATE_INVALID", `a publisher's state must be by place, was ${text?.slice(0, 80)}`);
  return {
    publishedUntilMs: new Map(
      Object.entries(publishedUntilMs).map(([place, endMs]) => [place, epochMs(Number(endMs))]),
    ),
    offsets: new Map(Object.entries(offsets).map(([place, own]) => [place, readOffsets(own as object)])),
  };
};

const isRecord = (value: unknown): value is object => typeof value === "object" && value !== null;

const readOffsets = (digits: object): Offsets =>
  new Map(Object.entries(digits).map(([shard, offset]) => [shard, BigInt(String(offset))]));
