import { createRandom, type Random } from "#core/random.ts";
import { epochMs } from "#core/units.ts";
import type { DrivenMappingOptions } from "../drivers.ts";
import { openEventSourceMapping, type EventSourceMapping } from "../event-source-mapping.ts";
import type { StartingPosition } from "../mapping-spec.ts";
import { UnrulyDelivery } from "./delivery.ts";
import type { FaultKind } from "./fault-kind.ts";
import type { PlannedFault } from "./fault-plan.ts";
import type { FaultQueue } from "./fault-queue.ts";
import type { InvocationGates } from "./invocation-gates.ts";
import { pick } from "./pick.ts";
import { emptyFrame, poisonRecord } from "./poison.ts";
import type { Progress } from "./progress.ts";
import { isOpen, listShards, mergeShards, putInto, splitShard } from "./shards.ts";

export interface UnrulyMappingOptions {
  readonly mapped: DrivenMappingOptions;
  readonly queue: FaultQueue;
  readonly progress: Progress;
  readonly gates: InvocationGates;
}

interface Running {
  readonly name: string;
  readonly mapping: EventSourceMapping;
  readonly stop: AbortController;
}

/** A faithful mapping that is created again, doubled, and given a stream that changes under it. */
export const openUnrulyMapping = async (options: UnrulyMappingOptions): Promise<EventSourceMapping> => {
  const mapping = new UnrulyMapping(options);
  await mapping.start();
  return mapping;
};

const TRIM_HORIZON: StartingPosition = { type: "TRIM_HORIZON" };

class UnrulyMapping implements EventSourceMapping {
  readonly #options: UnrulyMappingOptions;
  readonly #delivery: UnrulyDelivery;
  #running: readonly Running[] = [];
  /** Changes come one after another. */
  #changes: Promise<void> = Promise.resolve();
  #changing = 0;

  constructor(options: UnrulyMappingOptions) {
    const { mapped, queue, progress, gates } = options;
    this.#options = options;
    this.#delivery = new UnrulyDelivery({ queue, progress, gates, invoke: mapped.invoke, activity: mapped.activity });
  }

  async start(): Promise<void> {
    this.#running = [await this.#open("first", this.#options.mapped.mapping.startingPosition)];
  }

  async settled(count: number): Promise<void> {
    for (;;) {
      const changes = this.#changes;
      await changes;
      try {
        await Promise.all(this.#running.map(({ mapping }) => mapping.settled(count)));
        await this.#delivery.idle();
      } catch (error) {
        // A mapping that ended to be created again has nothing to say.
        if (this.#changes === changes || this.#options.mapped.signal.aborted) throw error;
      }
      if (this.#changes === changes) return;
    }
  }

  left(count: number): readonly string[] {
    const { zombies } = this.#delivery;
    return [
      ...this.#running.flatMap(({ name, mapping }) => mapping.left(count).map((line) => `${line} (${name} mapping)`)),
      ...(this.#changing > 0 ? [`changes under way: ${this.#changing}`] : []),
      ...(zombies > 0 ? [`invocations that go on though they timed out: ${zombies}`] : []),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#changes.catch(() => undefined);
    await Promise.all(this.#running.map(({ mapping }) => mapping[Symbol.asyncDispose]()));
    await this.#delivery.idle();
  }

  async #open(name: string, startingPosition: StartingPosition): Promise<Running> {
    const { mapped } = this.#options;
    const stop = new AbortController();
    const mapping = await openEventSourceMapping({
      ...mapped,
      mapping: { ...mapped.mapping, startingPosition },
      signal: AbortSignal.any([mapped.signal, stop.signal]),
      invoke: (event) => this.#deliver(name, event),
    });
    return { name, mapping, stop };
  }

  async #deliver(name: string, event: string): Promise<string> {
    try {
      return await this.#delivery.deliver(name, event);
    } finally {
      this.#change();
    }
  }

  /** Makes the next change that is due, behind those under way. */
  #change(): void {
    const { queue, progress, mapped } = this.#options;
    const fault = queue.take(progress.delivered, (kind) => CHANGES.has(kind));
    if (fault === undefined) return;
    this.#changing++;
    const changed = this.#changes.then(async () => {
      if (mapped.signal.aborted) return;
      if (await this.#inject(fault, createRandom(fault.seed))) queue.injected(fault);
      else queue.postpone(fault);
      this.#changing--;
      mapped.activity.touch();
    });
    this.#changes = changed;
    // Who waits for the mapping to settle is told; until then nobody else has to be.
    changed.catch(() => undefined);
  }

  /** Returns false when the fault cannot be injected yet. */
  async #inject(fault: PlannedFault, random: Random): Promise<boolean> {
    const { kinesis, mapping, clock } = this.#options.mapped;
    const { streamName } = mapping;
    switch (fault.kind) {
      case "recreate-mapping":
        return this.#recreate(this.#earlierPosition(random));
      case "recreate-mapping-ahead":
        return this.#recreateAhead(random);
      case "second-mapping":
        this.#running = [...this.#running, await this.#open(`another ${this.#running.length}`, TRIM_HORIZON)];
        return true;
      case "split-shard":
        await splitShard(kinesis, streamName, random);
        return true;
      case "merge-shards":
        return mergeShards(kinesis, streamName, random);
      case "poison-record":
        await putInto(
          kinesis,
          streamName,
          pick(random, (await listShards(kinesis, streamName)).filter(isOpen)),
          poisonRecord(random, clock.nowMs()),
        );
        return true;
      default:
        throw new RangeError(`a change must be made, was ${fault.kind}`);
    }
  }

  /** The beginning, or a place before all that is not stored. */
  #earlierPosition(random: Random): StartingPosition {
    const starts = this.#options.progress.safeStartsMs;
    if (random() < 0.4 || starts.length === 0) return TRIM_HORIZON;
    return this.#at(pick(random, starts));
  }

  /** The embedded Kinesis stamps the first records of a child up to a second ahead; a mapping starts in the past. */
  #at(arrivalMs: number): StartingPosition {
    const pastMs = this.#options.mapped.clock.nowMs() - 1;
    return { type: "AT_TIMESTAMP", timestampMs: epochMs(Math.min(arrivalMs, pastMs)) };
  }

  async #recreateAhead(random: Random): Promise<boolean> {
    const { startsMs, safeStartsMs } = this.#options.progress;
    const ahead = startsMs.slice(safeStartsMs.length);
    if (ahead.length === 0) return false;
    return this.#recreate(this.#at(pick(random, ahead)));
  }

  /**
   * What a mapping passes over is stored with the next record of the shard or, where it is closed, with the first of a
   * child; so every open shard gets another.
   */
  async #recreate(position: StartingPosition): Promise<true> {
    const { kinesis, mapping, clock } = this.#options.mapped;
    const [first, ...others] = this.#running;
    first?.stop.abort();
    await first?.mapping[Symbol.asyncDispose]();
    this.#running = [await this.#open("first", position), ...others];
    for (const shard of (await listShards(kinesis, mapping.streamName)).filter(isOpen))
      await putInto(kinesis, mapping.streamName, shard, emptyFrame(clock.nowMs()));
    return true;
  }
}

const CHANGES: ReadonlySet<FaultKind> = new Set([
  "recreate-mapping",
  "recreate-mapping-ahead",
  "second-mapping",
  "split-shard",
  "merge-shards",
  "poison-record",
]);
