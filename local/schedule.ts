import { durationMs, type DurationMs } from "#core/units.ts";
import type { Application, Resource } from "./application.ts";
import type { EmitCloudEvent } from "./cloud-event.ts";
import { FunctionError, ThrottledError } from "./function-error.ts";
import type { FunctionCatalog, LocalFunction } from "./function-spec.ts";
import { objectOf } from "./json.ts";
import { textProperty, unsupported } from "./property.ts";
import type { CloudClock } from "./wall-clock.ts";

const UNITS_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

export interface ScheduleSpec {
  readonly name: string;
  readonly periodMs: DurationMs;
  readonly fn: LocalFunction;
  /** The event as JSON text. */
  readonly input: string;
}

/**
 * The enabled schedules of an application.
 * Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 * @throws PipelineError TAPE_CONFIG_INVALID for an expression other than `rate(…)` or a target that is no function
 */
export const readSchedules = (application: Application, functions: FunctionCatalog): readonly ScheduleSpec[] =>
  application.resources("AWS::Scheduler::Schedule").flatMap((schedule) => {
    const properties = schedule.properties();
    if (properties["State"] === "DISABLED") return [];
    const target = objectOf(properties["Target"]);
    const periodMs = periodOf(schedule, textProperty(schedule, properties, "ScheduleExpression"));
    const input = typeof target["Input"] === "string" ? target["Input"] : "{}";
    return [{ name: schedule.name, periodMs, fn: functions.find(textProperty(schedule, target, "Arn")), input }];
  });

const periodOf = (schedule: Resource, expression: string): DurationMs => {
  const match = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  const periodMs = Number(match?.[1]) * (UNITS_MS[match?.[2] ?? ""] ?? 0);
  return periodMs > 0
    ? durationMs(periodMs)
    : unsupported(schedule, `must have a rate as its expression, had ${expression}`);
};

export interface ScheduleOptions {
  readonly schedule: ScheduleSpec;
  readonly invoke: (event: string) => Promise<unknown>;
  readonly clock: CloudClock;
  readonly signal: AbortSignal;
  readonly emit: EmitCloudEvent;
}

/**
 * Invokes the function at once and then after each period, until the signal is aborted. A run does not wait for the one
 * before; a function with a reserved concurrency of one throttles it then. A run that fails is not repeated before the
 * next is due, unlike on AWS, where Lambda tries an asynchronous invocation twice more.
 * Resolves when the last run has ended.
 */
export const runSchedule = async (options: ScheduleOptions): Promise<void> => {
  const { schedule, clock, signal } = options;
  const runs = new Set<Promise<void>>();
  // A laptop that slept through some runs makes up for none of them.
  for (let dueMs: number = clock.nowMs(); ; dueMs = Math.max(dueMs + schedule.periodMs, clock.nowMs())) {
    await clock.sleep(Math.max(0, dueMs - clock.nowMs()), signal);
    if (signal.aborted) break;
    const run = runOnce(options).finally(() => runs.delete(run));
    runs.add(run);
  }
  await Promise.all(runs);
};

const runOnce = async ({ schedule, invoke, signal, emit }: ScheduleOptions): Promise<void> => {
  try {
    await invoke(schedule.input);
  } catch (error) {
    if (!(error instanceof FunctionError || error instanceof ThrottledError)) throw error;
    const reason = `${error.name}: ${error.message}`;
    if (!signal.aborted) emit({ kind: "schedule-failed", scheduleName: schedule.name, reason });
  }
};
