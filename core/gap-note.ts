import type { Clock } from "./ports/clock.ts";
import type { GapStore } from "./ports/gap-store.ts";
import type { ShardRecord } from "./ports/shard-reader.ts";
import type { DurationMs, EpochMs, SequenceNumber } from "./units.ts";

/**
 * Arrival times step back now and then, and clocks differ. A gap noted too often does no harm: no record lies in it.
 */
const EXPIRY_SLACK_MS = 600_000;
const NEVER = Number.NEGATIVE_INFINITY;

/** Where gaps are noted, and when. */
export interface GapPorts {
  readonly gaps: Pick<GapStore, "note">;
  readonly clock: Pick<Clock, "nowMs">;
}

/** The last record that a life has taken, and when it had arrived; undefined before the first. */
export interface Reached {
  readonly last: SequenceNumber | undefined;
  readonly lastArrivalMs: EpochMs | undefined;
}

/** Notes, before a checkpoint can pass it over, that what followed `last` may have expired before it could be read. */
export const noteGap = async (
  { gaps, clock }: GapPorts,
  { retentionMs }: { readonly retentionMs: DurationMs },
  origin: { readonly stream: string; readonly shard: string },
  { last: after, lastArrivalMs }: Reached,
  records: readonly ShardRecord[],
): Promise<void> => {
  const first = records.find(({ sequenceNumber }) => after === undefined || sequenceNumber > after);
  if (first === undefined) return;
  const noticedAtMs = clock.nowMs();
  const oldestMs = noticedAtMs - retentionMs + EXPIRY_SLACK_MS;
  if (after !== undefined && (lastArrivalMs ?? NEVER) > oldestMs) return;
  await gaps.note({ ...origin, after, before: first.sequenceNumber, noticedAtMs });
};
