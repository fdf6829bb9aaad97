import type { LifeOutcome } from "#core/advance-life.ts";
import type { Log } from "#core/ports/log.ts";
import type { ProducerFrames } from "#core/step-tally.ts";
import type { EpochMs, SequenceNumber } from "#core/units.ts";
import { producersField, shardsField } from "../trace.ts";

/** Where batches come faster than this, a line tells of several. */
const TELL_MS = 1_000;

/** What a line says of a batch. */
export interface FoldedBatch {
  readonly shard: string;
  readonly records: readonly unknown[];
  /** When its folding began. */
  readonly startedMs: EpochMs;
  readonly outcome: Pick<LifeOutcome, "state" | "report">;
}

interface Folded {
  readonly shard: string;
  readonly sinceMs: EpochMs;
  readonly firstSequence: SequenceNumber | undefined;
  readonly lastSequence: SequenceNumber | undefined;
  readonly records: number;
  readonly trades: number;
  readonly updateRecords: number;
  readonly stateBytes: number;
  readonly isLifeOver: boolean;
}

/** Logs what was folded of one shard, by what its trades can be followed: a line for one batch or for several. */
export class FoldedBatches {
  readonly #log: Log;
  #folded: Folded | undefined;
  #producers = new Map<string, ProducerFrames>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Takes in a batch, and tells of it and those before when it is time or its life is over. */
  add({ shard, records, startedMs, outcome: { state, report } }: FoldedBatch): void {
    const before = this.#folded;
    const { counts, firstSequence, lastSequence, updateRecords } = report;
    this.#folded = {
      shard,
      sinceMs: before?.sinceMs ?? startedMs,
      firstSequence: before?.firstSequence ?? firstSequence,
      lastSequence: lastSequence ?? before?.lastSequence,
      records: (before?.records ?? 0) + records.length,
      trades: (before?.trades ?? 0) + counts.trades,
      updateRecords: (before?.updateRecords ?? 0) + updateRecords,
      stateBytes: state?.length ?? 0,
      isLifeOver: state === undefined,
    };
    for (const frames of report.producers) this.#frames(frames);
    if (state === undefined || startedMs - this.#folded.sinceMs >= TELL_MS) this.tell();
  }

  /** Tells of what has not been told. */
  tell(): void {
    if (this.#folded === undefined) return;
    const { shard, sinceMs: _, firstSequence, lastSequence, records, ...counts } = this.#folded;
    this.#log.info("batch folded", {
      ...producersField([...this.#producers.values()]),
      ...shardsField([{ shard, firstSequence, lastSequence, records }]),
      ...counts,
    });
    this.#folded = undefined;
    this.#producers = new Map();
  }

  #frames({ producer, firstFrame, lastFrame, frames }: ProducerFrames): void {
    const before = this.#producers.get(producer);
    this.#producers.set(producer, {
      producer,
      firstFrame: Math.min(before?.firstFrame ?? firstFrame, firstFrame),
      lastFrame: Math.max(before?.lastFrame ?? lastFrame, lastFrame),
      frames: (before?.frames ?? 0) + frames,
    });
  }
}
