import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { DurationMs } from "#core/units.ts";
import { Activity } from "./activity.ts";
import type { EmitCloudEvent } from "./cloud-event.ts";
import type { EventSourceMapping, EventSourceMappingOptions } from "./event-source-mapping.ts";
import type { InvocationOptions } from "./function-host.ts";
import type { FunctionHosts } from "./function-hosts.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import { runSchedule, type ScheduleSpec } from "./schedule.ts";
import type { CloudClock } from "./wall-clock.ts";

/** A mapping's options, with an invocation that can be named and killed. */
export interface DrivenMappingOptions extends EventSourceMappingOptions {
  readonly invoke: (event: string, options?: InvocationOptions) => Promise<string>;
}

export type OpenMapping = (options: DrivenMappingOptions) => Promise<EventSourceMapping>;

export interface DriversOptions {
  readonly openMapping: OpenMapping;
  readonly mappings: readonly MappingSpec[];
  readonly schedules: readonly ScheduleSpec[];
  readonly kinesis: KinesisClient;
  readonly bucketsDir: string;
  readonly positionsDir: string | undefined;
  readonly idleCloseMs: DurationMs;
  readonly clock: CloudClock;
  /** Ends mappings and schedules. */
  readonly signal: AbortSignal;
  readonly emit: EmitCloudEvent;
}

/** What invokes functions by itself: event source mappings and schedules. Disposing waits for their end, which the signal brings about. */
export class Drivers implements AsyncDisposable {
  readonly #options: DriversOptions;
  readonly #activity = new Activity();
  #mappings: readonly EventSourceMapping[] = [];
  #schedules: readonly Promise<void>[] = [];

  constructor(options: DriversOptions) {
    this.#options = options;
  }

  /** Resolves when every mapping has its place in its stream. */
  async start(invoke: FunctionHosts["invoke"]): Promise<void> {
    const { mappings, schedules, openMapping, ...shared } = this.#options;
    const activity = this.#activity;
    this.#mappings = await Promise.all(
      mappings.map((mapping) =>
        openMapping({
          ...shared,
          activity,
          mapping,
          invoke: (event, options) => invoke(mapping.fn, event, options),
        }),
      ),
    );
    this.#schedules = schedules.map((schedule) =>
      runSchedule({ ...shared, schedule, invoke: (event) => invoke(schedule.fn, event) }),
    );
  }

  /**
   * Resolves when all mappings have delivered everything, what their own functions put into streams meanwhile included.
   * A round in which a function ran is not the last, as it may have put something behind a mapping's back.
   */
  async settle(): Promise<void> {
    this.#activity.touch();
    for (let count = -1; count !== this.#activity.count;) {
      count = this.#activity.count;
      await Promise.all(this.#mappings.map((mapping) => mapping.settled(count)));
    }
  }

  /** What is left to be delivered, a line each. */
  get left(): readonly string[] {
    const { count } = this.#activity;
    return this.#mappings.flatMap((mapping) => mapping.left(count));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#mappings.map((mapping) => mapping[Symbol.asyncDispose]()), ...this.#schedules]);
  }
}
