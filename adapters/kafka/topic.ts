import { isIP } from "node:net";
import { Admin, Consumer, type BaseOptions } from "@platformatic/kafka";
import { PipelineError } from "#core/errors.ts";
import type { DurationMs } from "#core/units.ts";
import { fetchedRecords, type FetchedRecords } from "./fetched-records.ts";
import { apiIdOf, failuresOf, unavailable } from "./unavailable.ts";

export interface KafkaOptions {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  /** TLS and SASL, as the client takes them. @default plain text */
  readonly security?: Pick<BaseOptions, "tls" | "sasl">;
}

export interface TopicOptions extends KafkaOptions {
  readonly topic: string;
}

/**
 * What the clients have in common. Under TLS they say which broker they mean, as Java's clients do and this one does not by
 * itself: brokers of MSK Serverless, and of others behind one door, share addresses. An address is no name that could be said.
 */
export const clientOptions = ({ brokers, security }: KafkaOptions): BaseOptions => ({
  clientId: "tapestream",
  bootstrapBrokers: [...brokers],
  autocreateTopics: false,
  ...security,
  ...(security?.tls && { tlsServerName: !brokers.some(isAddress) }),
});

const isAddress = (broker: string): boolean => isIP(broker.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1")) !== 0;

const FETCH_BYTES = 10 * 1024 * 1024;
/** `ListOffsets` has words for the ends of a partition. Source: https://kafka.apache.org/protocol#The_Messages_ListOffsets */
const EARLIEST = -2n;
const LATEST = -1n;

/** Reads a topic's partitions from any offset, in no group. Every method throws PipelineError TAPE_STREAM_UNAVAILABLE. */
export class KafkaTopic implements AsyncDisposable {
  readonly topic: string;
  readonly #options: TopicOptions;
  readonly #consumer: Consumer;
  /**
   * By partition what fetches it. A client has one fetch session with each broker, whose requests must come one after the
   * other; and a broker answers what waits on a connection one by one.
   * Source: https://cwiki.apache.org/confluence/display/KAFKA/KIP-227%3A+Introduce+Incremental+FetchRequests+to+Increase+Partition+Scalability
   */
  readonly #fetchers = new Map<number, Consumer>();

  constructor(options: TopicOptions) {
    this.topic = options.topic;
    this.#options = options;
    this.#consumer = this.#newConsumer();
  }

  /** What tells this topic from one of the same name that was there before. */
  async id(): Promise<string> {
    return (await this.#described()).id;
  }

  async partitionCount(): Promise<number> {
    return (await this.#described()).partitionsCount;
  }

  /** The first offset that the partition still has. */
  start(partition: number): Promise<bigint> {
    return this.#offset(partition, EARLIEST);
  }

  /** The offset that the next record will have. */
  end(partition: number): Promise<bigint> {
    return this.#offset(partition, LATEST);
  }

  /**
   * Records from `offset` on, which must not be before the start; waits so long for the first one. Of one partition no two
   * at once.
   */
  async fetch(partition: number, offset: bigint, waitMs: DurationMs): Promise<FetchedRecords> {
    return this.#ask(async () => {
      const described = await this.#described();
      const leader = described.partitions[partition];
      if (leader === undefined) throw new RangeError(`${this.topic} has no partition ${partition}`);
      const answer = await this.#fetcherOf(partition).fetch({
        node: leader.leader,
        maxWaitTime: waitMs,
        minBytes: 1,
        maxBytes: FETCH_BYTES,
        topics: [
          {
            topicId: described.id,
            partitions: [
              {
                partition,
                currentLeaderEpoch: -1,
                fetchOffset: offset,
                lastFetchedEpoch: -1,
                partitionMaxBytes: FETCH_BYTES,
              },
            ],
          },
        ],
      });
      const answered = answer.responses.flatMap(({ partitions }) => partitions);
      const fetched = answered.find(({ partitionIndex }) => partitionIndex === partition);
      if (fetched === undefined) return { records: [], next: offset, end: offset };
      return fetchedRecords(fetched, offset);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#consumer, ...this.#fetchers.values()].map((consumer) => consumer.close(true)));
  }

  #newConsumer(): Consumer {
    const consumer = new Consumer({ ...clientOptions(this.#options), groupId: "tapestream-readers" });
    // What it fetches it is told by the topic's id. Brokers before Kafka 3.1, and those of MSK Serverless, want the name.
    consumer.topics.track(this.topic);
    return consumer;
  }

  #fetcherOf(partition: number): Consumer {
    const fetcher = this.#fetchers.get(partition) ?? this.#newConsumer();
    this.#fetchers.set(partition, fetcher);
    return fetcher;
  }

  #described() {
    return this.#ask(async () => {
      const { topics } = await this.#consumer.metadata({ topics: [this.topic] });
      const described = topics.get(this.topic);
      if (described === undefined) throw new RangeError(`there is no topic ${this.topic}`);
      return described;
    });
  }

  #offset(partition: number, timestamp: bigint): Promise<bigint> {
    return this.#ask(async () => {
      const partitions = { [this.topic]: [partition] };
      const offsets = await this.#consumer.listOffsets({ topics: [this.topic], partitions, timestamp });
      const offset = offsets.get(this.topic)?.[partition];
      if (offset === undefined) throw new RangeError(`${this.topic} has no partition ${partition}`);
      return offset;
    });
  }

  async #ask<Answer>(request: () => Promise<Answer>): Promise<Answer> {
    try {
      return await request();
    } catch (error) {
      throw error instanceof PipelineError ? error : unavailable(this.topic, error);
    }
  }
}

/** As many copies as the cluster's own settings say. */
export const REPLICAS_OF_CLUSTER = -1;

export interface NewTopic {
  readonly topic: string;
  readonly partitions: number;
  /** {@link REPLICAS_OF_CLUSTER}, or how many copies of each record there are. */
  readonly replicas: number;
  readonly retentionMs: DurationMs;
}

/**
 * Makes the topics that are not there yet, their records stamped when the broker takes them.
 * @throws PipelineError TAPE_STREAM_UNAVAILABLE
 */
export const createTopics = async (options: KafkaOptions, topics: readonly NewTopic[]): Promise<void> => {
  const admin = new Admin(clientOptions(options));
  try {
    for (const { topic, partitions, replicas, retentionMs } of topics) {
      const configs = [
        { name: "message.timestamp.type", value: "LogAppendTime" },
        { name: "retention.ms", value: String(retentionMs) },
        // A cluster that says how many copies there are says this, too; MSK Serverless lets nobody else.
        ...(replicas === REPLICAS_OF_CLUSTER
          ? []
          : [{ name: "min.insync.replicas", value: String(insyncReplicas(replicas)) }]),
      ];
      await admin.createTopics({ topics: [topic], partitions, replicas, configs }).catch((error: unknown) => {
        if (!isThere(error)) throw unavailable(topic, error);
      });
    }
  } finally {
    await admin.close();
  }
};

/** So many replicas have what was taken: one may be gone, and what was acknowledged is lost with no single one of them. */
export const insyncReplicas = (replicas: number): number => Math.max(1, replicas - 1);

const isThere = (error: unknown): boolean =>
  failuresOf(error).some((failure) => apiIdOf(failure) === "TOPIC_ALREADY_EXISTS");
