import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { DurationMs } from "#core/units.ts";
import { Activity } from "./activity.ts";
import type { EmitCloudEvent } from "./cloud-event.ts";
import { openEventSourceMapping, type EventSourceMapping } from "./event-source-mapping.ts";
import type { MappingSpec } from "./mapping-spec.ts";
import type { InvokeFunction } from "./route-call.ts";
import { runSchedule, type ScheduleSpec } from "./schedule.ts";
import type { CloudClock } from "./wall-clock.ts";

export interface DriversOptions {
  readonly mappings: readonly MappingSpec[];
  readonly schedules: readonly ScheduleSpec[];
  readonly kinesis: KinesisClient;
  readonly bucketsDir: string;
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
  async start(invoke: InvokeFunction): Promise<void> {
    const { mappings, schedules, ...shared } = this.#options;
    const activity = this.#activity;
    this.#mappings = await Promise.all(
      mappings.map((mapping) =>
        openEventSourceMapping({ ...shared, activity, mapping, invoke: (event) => invoke(mapping.fn, event) }),
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

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#mappings.map((mapping) => mapping[Symbol.asyncDispose]()), ...this.#schedules]);
  }
}
