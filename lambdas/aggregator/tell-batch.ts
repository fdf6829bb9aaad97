import type { LifeOutcome } from "#core/advance-life.ts";
import type { Log } from "#core/ports/log.ts";
import type { Meter } from "#core/ports/meter.ts";
import type { ShardRecord } from "#core/ports/shard-reader.ts";
import type { Readings } from "#core/readings.ts";
import type { EpochMs } from "#core/units.ts";
import { FoldedBatches } from "./folded-batches.ts";

/** A batch that is done. */
export interface ToldBatch {
  readonly shard: string;
  readonly records: readonly ShardRecord[];
  /** When its folding began. */
  readonly startedMs: EpochMs;
  readonly outcome: LifeOutcome;
}

/** What a batch comes to in numbers; of counts those that are not 0. */
export const batchReadings = ({ records, startedMs, outcome }: ToldBatch): Readings => {
  const { state, hasEndedEarly, report } = outcome;
  const { counts } = report;
  const [oldest] = records;
  return {
    ...nonZero({
      FramesRead: counts.records - counts.duplicateFrames,
      TradesFolded: counts.trades,
      LateTrades: counts.lateTrades,
      DuplicateTrades: counts.duplicateTrades,
      RejectedTrades: counts.rejected,
      LivesEndedEarly: hasEndedEarly ? 1 : 0,
    }),
    ...(oldest && { IteratorAgeMs: Math.max(0, startedMs - oldest.arrivalTimeMs) }),
    ...(state && { StateBytes: state.length }),
  };
};

const nonZero = (readings: Readings): Readings =>
  Object.fromEntries(Object.entries(readings).filter(([, value]) => value !== 0));

/** Tells of a batch that is done: its numbers, and by what its trades can be followed. */
export const tellBatch = ({ log, meter }: { readonly log: Log; readonly meter: Meter }, batch: ToldBatch): void => {
  if (batch.outcome.isStateUnreadable)
    log.warn("state could not be read, began from the checkpoint", { shard: batch.shard });
  const folded = new FoldedBatches(log);
  folded.add(batch);
  folded.tell();
  meter.emit(batchReadings(batch));
};
