import type { MappedEvent } from "./mapped-event.ts";

interface Delivered {
  readonly sequenceNumber: string;
  readonly arrivalMs: number;
}

/** What has been put into a stream and delivered from it so far, and what of that must be stored by now. */
export class Progress {
  /** By shard, in sequence order. */
  readonly #delivered = new Map<string, Delivered[]>();
  /** By shard: the last record of the last batch that left no state behind. */
  readonly #storedUpTo = new Map<string, string>();
  /** By mapping and shard: the last record of the last batch. */
  readonly #positions = new Map<string, string>();
  #deliveredCount = 0;
  #putCount = 0;

  /** Records delivered for the first time. */
  get delivered(): number {
    return this.#deliveredCount;
  }

  /** Entries put. */
  get put(): number {
    return this.#putCount;
  }

  notePut(entries: number): void {
    this.#putCount += entries;
  }

  noteDelivery(mapping: string, event: MappedEvent): void {
    const shard = event.shardId;
    const known = this.#delivered.get(shard) ?? [];
    this.#delivered.set(shard, known);
    for (const { kinesis } of event.Records) {
      const { sequenceNumber, approximateArrivalTimestamp } = kinesis;
      const last = known.at(-1)?.sequenceNumber;
      this.#positions.set(`${mapping} ${shard}`, sequenceNumber);
      if (last !== undefined && !isBefore(last, sequenceNumber)) continue;
      known.push({ sequenceNumber, arrivalMs: Math.round(approximateArrivalTimestamp * 1_000) });
      this.#deliveredCount++;
    }
  }

  /** A mapping's batch succeeded; `hasState` says whether something is kept for the next. */
  noteSuccess(mapping: string, shard: string, hasState: boolean): void {
    const position = this.#positions.get(`${mapping} ${shard}`);
    const stored = this.#storedUpTo.get(shard);
    if (hasState || position === undefined) return;
    if (stored === undefined || isBefore(stored, position)) this.#storedUpTo.set(shard, position);
  }

  /** The arrival times of all records delivered that came no later than any that may not be stored, oldest first. */
  get safeStartsMs(): readonly number[] {
    const bounds = [...this.#delivered].map(([shard, delivered]) => {
      const stored = this.#storedUpTo.get(shard);
      const open = delivered.find(({ sequenceNumber }) => stored === undefined || isBefore(stored, sequenceNumber));
      return (open ?? delivered.at(-1))?.arrivalMs ?? Number.POSITIVE_INFINITY;
    });
    const latestMs = Math.min(...bounds);
    return this.startsMs.filter((arrivalMs) => arrivalMs <= latestMs);
  }

  /** The arrival times of all records delivered, oldest first. */
  get startsMs(): readonly number[] {
    return [...this.#delivered.values()]
      .flatMap((delivered) => delivered.map(({ arrivalMs }) => arrivalMs))
      .toSorted((a, b) => a - b);
  }
}

/** Whether one decimal text without leading zeros is less than another. */
const isBefore = (a: string, b: string): boolean => (a.length === b.length ? a < b : a.length < b.length);
