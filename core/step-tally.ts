import type { ShardRecord } from "./ports/shard-reader.ts";
import type { RecordTimes } from "./ports/shard-status.ts";
import { countsOf, type ShardCounts } from "./shard-counts.ts";
import type { EpochMs, SequenceNumber } from "./units.ts";

/** Frames of one producer, told by the first and the last number; those between may have come another way. */
export interface ProducerFrames {
  /** Lower-case hex, see `RecordReading`. */
  readonly producer: string;
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly frames: number;
}

/** What one step of a life came to. */
export interface StepReport {
  /** What the step added to the shard's counts, records read again by a refill among them. */
  readonly counts: ShardCounts;
  /** The frames folded, duplicates left out. */
  readonly producers: readonly ProducerFrames[];
  /** The first record taken, undefined without any. */
  readonly firstSequence: SequenceNumber | undefined;
  /** The life's `last` after the step: the position of the panes that it published. */
  readonly lastSequence: SequenceNumber | undefined;
  /** Records put on the bars stream. */
  readonly updateRecords: number;
}

/** Adds up, record by record and never trade by trade, what a step comes to. */
export class StepTally {
  readonly #counts: ShardCounts;
  readonly #before: ShardCounts;
  readonly #producers = new Map<string, { firstFrame: number; lastFrame: number; frames: number }>();
  #firstSequence: SequenceNumber | undefined;
  #arrivalTimeMs: EpochMs | undefined;
  /** The last record with trades. */
  newest: RecordTimes | undefined;
  updateRecords = 0;

  /** @param counts are the life's own, which grow while it takes records. */
  constructor(counts: ShardCounts) {
    this.#counts = counts;
    this.#before = { ...counts };
  }

  /** When the stream took the last record, undefined without any. */
  get arrivalTimeMs(): EpochMs | undefined {
    return this.#arrivalTimeMs;
  }

  /** Notes a record taken. */
  record({ sequenceNumber, arrivalTimeMs }: ShardRecord): void {
    this.#firstSequence ??= sequenceNumber;
    this.#arrivalTimeMs = arrivalTimeMs;
  }

  /** Notes a frame folded. */
  frame(producer: string, number: number): void {
    const known = this.#producers.get(producer);
    if (known === undefined) this.#producers.set(producer, { firstFrame: number, lastFrame: number, frames: 1 });
    else {
      known.firstFrame = Math.min(known.firstFrame, number);
      known.lastFrame = Math.max(known.lastFrame, number);
      known.frames++;
    }
  }

  report(lastSequence: SequenceNumber | undefined): StepReport {
    return {
      counts: countsOf((name) => this.#counts[name] - this.#before[name]),
      producers: [...this.#producers].map(([producer, frames]) => ({ producer, ...frames })),
      firstSequence: this.#firstSequence,
      lastSequence,
      updateRecords: this.updateRecords,
    };
  }
}
