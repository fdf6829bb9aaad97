import { setTimeout as delay } from "node:timers/promises";
import { Consumer } from "@platformatic/kafka";
import type { PipelineError } from "#core/errors.ts";
import { sequenceDigits, type DurationMs, type SequenceNumber } from "#core/units.ts";
import { Rejoining } from "./rejoining.ts";
import { clientOptions, type TopicOptions } from "./topic.ts";
import { unavailable } from "./unavailable.ts";
import { watchPartitions } from "./watch-partitions.ts";

export interface GroupOptions extends TopicOptions {
  readonly group: string;
  /** A member that says nothing for so long loses its partitions. */
  readonly sessionMs: DurationMs;
  /** Called with all partitions that are this member's from now on, and how often the group has shared them out. */
  readonly onAssigned: (partitions: readonly number[], generation: number) => void;
  /** Told when the broker does not let this member back into its group. */
  readonly onRefused: (error: PipelineError) => void;
}

/** Heartbeats per session. */
const HEARTBEATS = 6;
/** How many sessions the others are waited for when partitions are shared out anew. */
const REBALANCE_SESSIONS = 3;

/**
 * One member of a consumer group that shares the partitions of a topic, also those that it is given later. Who is late to
 * hear of a new sharing may go on with a partition that another has by then: what it writes must be harmless.
 */
export class GroupMember implements AsyncDisposable {
  readonly #topic: string;
  readonly #consumer: Consumer;
  readonly #onAssigned: GroupOptions["onAssigned"];
  #watching: AsyncDisposable | undefined;
  readonly #rejoining: Rejoining;

  private constructor({ topic, group, sessionMs, onAssigned, onRefused, ...options }: GroupOptions) {
    this.#topic = topic;
    this.#onAssigned = onAssigned;
    this.#consumer = new Consumer({
      ...clientOptions(options),
      groupId: group,
      sessionTimeout: sessionMs,
      rebalanceTimeout: sessionMs * REBALANCE_SESSIONS,
      heartbeatInterval: Math.floor(sessionMs / HEARTBEATS),
      autocommit: false,
    });
    this.#consumer.topics.track(topic);
    this.#consumer.on("consumer:group:join", () => this.#assigned());
    this.#rejoining = new Rejoining({
      isActive: () => this.isActive,
      join: () => this.#consumer.joinGroup(),
      onRefused: (error) => onRefused(unavailable(topic, error)),
      sleep: (durationMs) => delay(durationMs),
    });
    // Heartbeats that fail are sent again, and a member that was given up joins again; if that fails, it is for us to try.
    this.#consumer.on("error", () => this.#rejoining.begin());
  }

  /** @throws PipelineError TAPE_STREAM_UNAVAILABLE */
  static async join(options: GroupOptions): Promise<GroupMember> {
    const member = new GroupMember(options);
    try {
      const known = await member.#partitionCount();
      await member.#consumer.joinGroup();
      // Of a group the first member shares out, and it does so when it joins: nobody else says that there are more.
      member.#watching = watchPartitions(
        known,
        () => member.#partitionCount(),
        () => member.#shareOut(),
      );
    } catch (error) {
      await member.#consumer.close(true);
      throw unavailable(options.topic, error);
    }
    return member;
  }

  /** Whether the group has heard of this member lately. */
  get isActive(): boolean {
    return this.#consumer.isActive();
  }

  /** Says that every record of a partition up to `last` is folded and stored; for those who watch the lag. */
  async commit(partition: number, last: SequenceNumber): Promise<void> {
    const offset = BigInt(sequenceDigits(last)) + 1n;
    try {
      await this.#consumer.commit({ offsets: [{ topic: this.#topic, partition, offset, leaderEpoch: -1 }] });
    } catch (error) {
      // The client joins again first where the group has given this member up, and says nothing else if that fails.
      this.#rejoining.begin();
      throw unavailable(this.#topic, error);
    }
  }

  /** Leaves the group, so that the others take over at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#rejoining.end();
    await this.#watching?.[Symbol.asyncDispose]();
    await Promise.resolve(this.#consumer.leaveGroup(true)).catch(() => undefined);
    await this.#consumer.close(true);
  }

  async #partitionCount(): Promise<number> {
    const { topics } = await this.#consumer.metadata({ topics: [this.#topic], forceUpdate: true });
    return topics.get(this.#topic)?.partitionsCount ?? 0;
  }

  async #shareOut(): Promise<void> {
    try {
      await this.#consumer.joinGroup();
    } catch (error) {
      this.#rejoining.begin();
      throw error;
    }
  }

  #assigned(): void {
    const mine = this.#consumer.assignments?.find(({ topic }) => topic === this.#topic);
    this.#onAssigned(mine?.partitions ?? [], this.#consumer.generationId);
  }
}
