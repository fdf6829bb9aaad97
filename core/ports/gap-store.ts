import type { EpochMs, SequenceNumber } from "../units.ts";

/**
 * A stretch of a shard that no life will fold: whatever lay strictly between `after` and `before` had expired from the
 * stream before it was read. Usually nothing did, and the shard was idle.
 */
export interface Gap {
  readonly stream: string;
  readonly shard: string;
  /** The last record folded before it; undefined when none was. */
  readonly after: SequenceNumber | undefined;
  /** The first record read behind it. */
  readonly before: SequenceNumber;
  readonly noticedAtMs: EpochMs;
}

/** Every method throws PipelineError TAPE_STORE_UNAVAILABLE when the store cannot be asked. */
export interface GapStore {
  /** Keeps a gap for ever. Of two that begin at the same record the one with the greater `before` stays. Idempotent. */
  note(gap: Gap): Promise<void>;

  /** All gaps of a stream, by shard and `after`. */
  list(stream: string): Promise<readonly Gap[]>;
}

/** Whether a record lies in one of the gaps. */
export const isInGap = (gaps: readonly Gap[], shard: string, position: SequenceNumber): boolean =>
  gaps.some((gap) => gap.shard === shard && (gap.after === undefined || position > gap.after) && position < gap.before);
