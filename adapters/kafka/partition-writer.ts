import { Producer } from "@platformatic/kafka";
import { clientOptions, type TopicOptions } from "./topic.ts";
import { isRefusal, unavailable } from "./unavailable.ts";

/** One record to be written to a partition. */
export interface PartitionEntry {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** A broker refuses a batch of more than 1,048,588 bytes by default. Source: https://kafka.apache.org/documentation/#brokerconfigs_message.max.bytes */
const BATCH_BYTES = 900_000;
/** An idempotent producer would ask for ever; so it does of what it writes, whose order is lost when it gives up. */
const RETRIES = 3;
/** What a record takes beside its key and value, at most. */
const RECORD_OVERHEAD = 64;

/**
 * Writes records to the partitions of a topic, each partition's one batch after the other, so that the broker tells those
 * that it has taken already when an answer is lost (an idempotent producer).
 */
export class PartitionWriter implements AsyncDisposable {
  readonly #topic: string;
  readonly #producer: Producer;
  readonly #turns = new Map<number, Promise<unknown>>();
  #failure: unknown;

  constructor(options: TopicOptions) {
    this.#topic = options.topic;
    this.#producer = new Producer({ ...clientOptions(options), idempotent: true, acks: -1 });
  }

  /** Why a batch was not taken lately; undefined once one was. */
  get failure(): unknown {
    return this.#failure;
  }

  /**
   * The offset of each entry, undefined of those that were not taken, as far as is known.
   * @throws PipelineError TAPE_STREAM_UNAVAILABLE when the broker does not let this client write
   */
  async write(partition: number, entries: readonly PartitionEntry[]): Promise<readonly (bigint | undefined)[]> {
    const offsets: (bigint | undefined)[] = [];
    for (const batch of batchesOf(entries)) {
      const first = await this.#inTurn(partition, () => this.#send(partition, batch));
      offsets.push(...batch.map((_, i) => (first === undefined ? undefined : first + BigInt(i))));
    }
    return offsets;
  }

  /** @throws PipelineError TAPE_STREAM_UNAVAILABLE when it is not known. */
  async partitionCount(): Promise<number> {
    try {
      const { topics } = await this.#producer.metadata({ topics: [this.#topic], retries: RETRIES });
      const described = topics.get(this.#topic);
      if (described === undefined) throw new RangeError(`there is no topic ${this.#topic}`);
      return described.partitionsCount;
    } catch (error) {
      throw unavailable(this.#topic, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.close();
  }

  async #inTurn<Result>(partition: number, work: () => Promise<Result>): Promise<Result> {
    const before = this.#turns.get(partition) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#turns.set(partition, mine);
    return mine;
  }

  /** The offset of the batch's first record, undefined when it was not taken. */
  async #send(partition: number, batch: readonly PartitionEntry[]): Promise<bigint | undefined> {
    const messages = batch.map(({ key, value }) => ({ topic: this.#topic, partition, key, value }));
    try {
      const { offsets } = await this.#producer.send({ messages });
      this.#failure = undefined;
      return offsets?.find((each) => each.partition === partition)?.offset;
    } catch (error) {
      if (isRefusal(error)) throw unavailable(this.#topic, error);
      this.#failure = error;
      return undefined;
    }
  }
}

const batchesOf = (entries: readonly PartitionEntry[]): readonly (readonly PartitionEntry[])[] => {
  const batches: PartitionEntry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const length = entry.key.length + entry.value.length + RECORD_OVERHEAD;
    if (bytes + length > BATCH_BYTES) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push(entry);
    bytes += length;
  }
  return batches;
};
