import {
  ListShardsCommand,
  type KinesisClient,
  type ListShardsCommandOutput,
  type Shard,
} from "@aws-sdk/client-kinesis";
import { PipelineError } from "#core/errors.ts";
import type { DurationMs } from "#core/units.ts";
import type { Activity } from "./activity.ts";
import type { EmitCloudEvent } from "./cloud-event.ts";
import type { MappingSpec, StartingPosition } from "./mapping-spec.ts";
import { mayStart } from "./shard-lineage.ts";
import { ShardPoller } from "./shard-poller.ts";
import { createShardReader } from "./shard-reader.ts";
import type { CloudClock } from "./wall-clock.ts";

const DISCOVERY_MS = 1_000;
const SETTLE_POLL_MS = 20;

export interface EventSourceMappingOptions {
  readonly mapping: MappingSpec;
  readonly kinesis: KinesisClient;
  /** Runs the mapping's function. @throws FunctionError, ThrottledError */
  readonly invoke: (event: string) => Promise<string>;
  readonly bucketsDir: string;
  readonly idleCloseMs: DurationMs;
  readonly activity: Activity;
  readonly clock: CloudClock;
  /** Ends the mapping. */
  readonly signal: AbortSignal;
  readonly emit: EmitCloudEvent;
}

/** A mapping at work. Disposing waits for its end, which the signal brings about. */
export interface EventSourceMapping extends AsyncDisposable {
  /**
   * Resolves when all that was in the stream when the activity was `count` has been delivered, and no window is open.
   * It waits as long as a batch keeps failing. @throws the signal's reason once it is aborted
   */
  settled(count: number): Promise<void>;
}

/**
 * Reads every shard of the mapping's stream, parents to their end before their children, and invokes its function.
 * A mapping keeps no position beyond its own end: it starts at its starting position each time.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html and
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 * @throws PipelineError TAPE_CONFIG_INVALID when it shall start at a time that is still to come
 */
export const openEventSourceMapping = async (options: EventSourceMappingOptions): Promise<EventSourceMapping> => {
  const { startingPosition } = options.mapping;
  if (startingPosition.type === "AT_TIMESTAMP" && startingPosition.timestampMs > options.clock.nowMs())
    throw new PipelineError(
      "TAPE_CONFIG_INVALID",
      `${options.mapping.logicalId} must have a StartingPositionTimestamp that is past, had ${new Date(startingPosition.timestampMs).toISOString()}`,
    );
  const mapping = new Mapping(options);
  await mapping.start();
  return mapping;
};

class Mapping implements EventSourceMapping {
  readonly #options: EventSourceMappingOptions;
  readonly #pollers = new Map<string, ShardPoller>();
  /** Shards that were closed before a mapping from LATEST on began. */
  readonly #passedOver = new Set<string>();
  readonly #tasks: Promise<void>[] = [];
  #known: readonly string[] = [];
  #knownSince = -1;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: EventSourceMappingOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await this.#discover();
    this.#tasks.push(this.#keepDiscovering());
  }

  async settled(count: number): Promise<void> {
    const { clock, signal } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      if (this.#knownSince < count) await this.#discover();
      else if (this.#known.every((id) => this.#passedOver.has(id) || this.#pollers.get(id)?.isQuietSince(count)))
        return;
      else await clock.sleep(SETTLE_POLL_MS, signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#tasks);
  }

  async #keepDiscovering(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(DISCOVERY_MS, signal);
      await this.#tryDiscovering();
    }
  }

  async #runPoller(poller: ShardPoller): Promise<void> {
    await poller.run();
    await this.#tryDiscovering();
  }

  async #tryDiscovering(): Promise<void> {
    const { signal, emit, mapping } = this.#options;
    try {
      if (!signal.aborted) await this.#discover();
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Error)) throw error;
      emit({ kind: "stream-unread", streamName: mapping.streamName, reason: `${error.name}: ${error.message}` });
    }
  }

  /** Looks for shards, one look at a time. */
  #discover(): Promise<void> {
    const turn = this.#turn.then(() => this.#discoverNow());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #discoverNow(): Promise<void> {
    const { count } = this.#options.activity;
    const isFirst = this.#known.length === 0;
    const shards = await this.#listShards();
    this.#known = shards.map(({ ShardId = "" }) => ShardId);
    const lineage = {
      isListed: (id: string) => this.#known.includes(id),
      isPassedOver: (id: string) => this.#passedOver.has(id),
      isFinished: (id: string) => this.#pollers.get(id)?.isFinished === true,
    };
    for (const shard of shards) {
      const { ShardId: shardId = "" } = shard;
      const isClosed = shard.SequenceNumberRange?.EndingSequenceNumber !== undefined;
      const isLatest = this.#options.mapping.startingPosition.type === "LATEST";
      if (isFirst && isClosed && isLatest) this.#passedOver.add(shardId);
      if (!this.#pollers.has(shardId) && mayStart(shard, lineage)) await this.#startPoller(shardId, isFirst);
      if (isClosed) this.#pollers.get(shardId)?.markClosed();
    }
    this.#knownSince = count;
  }

  /** LATEST is meant for the shards that a mapping finds first; what comes of them later is read from its beginning. */
  async #startPoller(shardId: string, isFirst: boolean): Promise<void> {
    const { kinesis, mapping, clock } = this.#options;
    const { streamName } = mapping;
    const startingPosition: StartingPosition =
      mapping.startingPosition.type === "LATEST" && !isFirst ? { type: "TRIM_HORIZON" } : mapping.startingPosition;
    const reader = createShardReader({ kinesis, streamName, shardId, startingPosition, nowMs: clock.nowMs() });
    await reader.open();
    const poller = new ShardPoller({ ...this.#options, shardId, reader });
    this.#pollers.set(shardId, poller);
    this.#tasks.push(this.#runPoller(poller));
  }

  async #listShards(): Promise<readonly Shard[]> {
    const { kinesis, mapping } = this.#options;
    const shards: Shard[] = [];
    let page: { readonly StreamName: string } | { readonly NextToken: string } | undefined = {
      StreamName: mapping.streamName,
    };
    while (page !== undefined) {
      const found: ListShardsCommandOutput = await kinesis.send(new ListShardsCommand(page));
      shards.push(...(found.Shards ?? []));
      page = found.NextToken === undefined ? undefined : { NextToken: found.NextToken };
    }
    return shards;
  }
}
