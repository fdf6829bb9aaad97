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
import { openPositions, type Positions } from "./positions.ts";
import { mayStart } from "./shard-lineage.ts";
import { ShardPoller } from "./shard-poller.ts";
import { createShardReader, type ShardReaderOptions } from "./shard-reader.ts";
import type { CloudClock } from "./wall-clock.ts";

const DISCOVERY_MS = 1_000;
const SETTLE_POLL_MS = 20;

export interface EventSourceMappingOptions {
  readonly mapping: MappingSpec;
  readonly kinesis: KinesisClient;
  /** Runs the mapping's function. @throws FunctionError, ThrottledError */
  readonly invoke: (event: string) => Promise<string>;
  readonly bucketsDir: string;
  /** Keeps how far the mapping is, a file for each. @default nowhere: it starts at its starting position each time */
  readonly positionsDir?: string | undefined;
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
  /** What {@link settled} would still wait for, a line each: a shard, and what is left of it. */
  left(count: number): readonly string[];
}

/**
 * Reads every shard of the mapping's stream, parents to their end before their children, and invokes its function.
 * A mapping goes on where it was, if that was kept, and else starts at its starting position.
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
  const mapping = new Mapping(options, await openPositions(options.positionsDir, options.mapping));
  await mapping.start();
  return mapping;
};

class Mapping implements EventSourceMapping {
  readonly #options: EventSourceMappingOptions;
  readonly #positions: Positions;
  readonly #pollers = new Map<string, ShardPoller>();
  /** Shards that were closed before a mapping from LATEST on began. */
  readonly #passedOver = new Set<string>();
  readonly #tasks: Promise<void>[] = [];
  #known: readonly string[] = [];
  #knownSince = -1;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: EventSourceMappingOptions, positions: Positions) {
    this.#options = options;
    this.#positions = positions;
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
      else if (this.#known.every((id) => this.#isQuiet(id, count))) return;
      else await clock.sleep(SETTLE_POLL_MS, signal);
    }
  }

  left(count: number): readonly string[] {
    const { streamName } = this.#options.mapping;
    const busy = this.#known.filter((id) => !this.#isQuiet(id, count));
    return busy.map((id) => `${streamName} ${id}: ${this.#pollers.get(id)?.left ?? "its parents are not finished"}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#tasks);
  }

  #isQuiet(shardId: string, count: number): boolean {
    return this.#passedOver.has(shardId) || this.#pollers.get(shardId)?.isQuietSince(count) === true;
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
    const shards = await this.#listShards();
    const isNew = this.#known.length === 0 && !shards.some((shard) => this.#positions.of(shard) !== undefined);
    this.#known = shards.map(({ ShardId = "" }) => ShardId);
    const lineage = {
      isListed: (id: string) => this.#known.includes(id),
      isPassedOver: (id: string) => this.#passedOver.has(id),
      isFinished: (id: string) => this.#pollers.get(id)?.isFinished === true,
    };
    for (const shard of shards) {
      const { ShardId: shardId = "" } = shard;
      const isClosed = shard.SequenceNumberRange?.EndingSequenceNumber !== undefined;
      if (isNew && isClosed && this.#isFromLatest) await this.#positions.keep(shard, { type: "PASSED_OVER" });
      const position = this.#positions.of(shard);
      if (position?.type === "PASSED_OVER") this.#passedOver.add(shardId);
      else if (!this.#pollers.has(shardId) && mayStart(shard, lineage))
        await this.#startPoller(shard, position ?? this.#startOf(isNew));
      if (isClosed) this.#pollers.get(shardId)?.markClosed();
    }
    this.#knownSince = count;
  }

  get #isFromLatest(): boolean {
    return this.#options.mapping.startingPosition.type === "LATEST";
  }

  /** LATEST is meant for the shards that a mapping finds first; what comes of them later is read from its beginning. */
  #startOf(isNew: boolean): StartingPosition {
    return this.#isFromLatest && !isNew ? { type: "TRIM_HORIZON" } : this.#options.mapping.startingPosition;
  }

  async #startPoller(shard: Shard, startingPosition: ShardReaderOptions["startingPosition"]): Promise<void> {
    const { kinesis, mapping, clock } = this.#options;
    const { ShardId: shardId = "" } = shard;
    const nowMs = clock.nowMs();
    const reader = createShardReader({ kinesis, streamName: mapping.streamName, shardId, startingPosition, nowMs });
    await reader.open();
    // The next run's LATEST would be another place.
    if (startingPosition.type === "LATEST")
      await this.#positions.keep(shard, { type: "AT_TIMESTAMP", timestampMs: nowMs });
    const keepDone = (sequenceNumber: string): Promise<void> =>
      this.#positions.keep(shard, { type: "AFTER_SEQUENCE_NUMBER", sequenceNumber });
    const poller = new ShardPoller({ ...this.#options, shardId, reader, keepDone });
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
