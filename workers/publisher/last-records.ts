import type { KafkaTopic } from "#adapters/kafka/topic.ts";
import { durationMs, sequenceDigits, sequenceNumber, type SequenceNumber } from "#core/units.ts";

/** What is asked of the ticks topic. Of one partition nobody else fetches. */
export type LastRecordsTopic = Pick<KafkaTopic, "start" | "fetch">;

const NO_WAIT = durationMs(1);

/** What was found behind the last record that is stored of a partition. */
interface Looked {
  readonly behind: SequenceNumber | undefined;
  /** Up to here there is no record; undefined where there is one. */
  readonly upTo: bigint | undefined;
}

/**
 * Where the last records of partitions stand. The last offset need not be a record's: a transaction ends with a mark, which
 * nobody folds, and an aborted one leaves nothing else.
 */
export class LastRecords {
  readonly #topic: LastRecordsTopic;
  readonly #looked = new Map<number, Looked>();

  constructor(topic: LastRecordsTopic) {
    this.#topic = topic;
  }

  /**
   * The position of the last record before `end`, or of a mark behind another one; `stored` where no record follows that. A
   * partition whose records are not stored yet is looked into once.
   */
  async of(partition: number, end: bigint, stored: SequenceNumber | undefined): Promise<SequenceNumber | undefined> {
    const last = lastOffset(end);
    if (last === undefined || (stored !== undefined && stored >= last)) return last;
    const known = this.#looked.get(partition);
    const isKnown = known !== undefined && known.behind === stored;
    const looked = isKnown ? known : { behind: stored, upTo: firstBehind(stored) };
    const upTo = looked.upTo === undefined ? undefined : await this.#withoutRecords(partition, looked.upTo, end);
    this.#looked.set(partition, { behind: stored, upTo });
    return upTo === undefined ? last : stored;
  }

  /** Where to go on looking when there is no record from `from` up to `end`, undefined when there is one. */
  async #withoutRecords(partition: number, from: bigint, end: bigint): Promise<bigint | undefined> {
    const start = await this.#topic.start(partition);
    for (let at = from > start ? from : start; ;) {
      if (at >= end) return at;
      const { records, next } = await this.#topic.fetch(partition, at, NO_WAIT);
      if (records.length > 0 || next === at) return undefined;
      at = next;
    }
  }
}

/** The position before `end`, a record's or a mark's; undefined where there is none. */
export const lastOffset = (end: bigint): SequenceNumber | undefined =>
  end === 0n ? undefined : sequenceNumber((end - 1n).toString());

const firstBehind = (stored: SequenceNumber | undefined): bigint =>
  stored === undefined ? 0n : BigInt(sequenceDigits(stored)) + 1n;
