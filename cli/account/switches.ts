import { GetEventSourceMappingCommand, UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { GetScheduleCommand, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { setTimeout as delay } from "node:timers/promises";
import { PipelineError } from "#core/errors.ts";
import { asked, type Account } from "./account.ts";
import type { DeployedResource } from "./stacks.ts";

/** What sets functions going, and can be switched off. */
export interface Switch {
  readonly kind: "schedule" | "mapping";
  /** Its name or UUID. */
  readonly id: string;
}

const POLL_MS = 2_000;

/** AWS takes seconds for it, rarely a minute. */
const LONGEST_MS = 300_000;

const tookTooLong = (id: string, wanted: string, state = "gone"): PipelineError =>
  new PipelineError(
    "TAPE_ACCOUNT_UNAVAILABLE",
    `the event source mapping ${id} must become ${wanted}, is ${state}: see it in Lambda's console, then try again`,
  );

/** The schedules and the event source mappings of a stack, in the order of the template. */
export const switchesAmong = (resources: readonly DeployedResource[]): readonly Switch[] =>
  resources.flatMap(({ type, physicalId: id }): readonly Switch[] => {
    if (type === "AWS::Scheduler::Schedule") return [{ kind: "schedule", id }];
    if (type === "AWS::Lambda::EventSourceMapping") return [{ kind: "mapping", id }];
    return [];
  });

/**
 * Puts a switch on or off, and resolves when it is. Returns whether it was not.
 * @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE, also when a mapping is not on or off within `longestMs`
 */
export const setSwitch = (
  { lambda, scheduler }: Account,
  { kind, id }: Switch,
  isOn: boolean,
  longestMs = LONGEST_MS,
): Promise<boolean> =>
  kind === "schedule" ? setSchedule(scheduler, id, isOn) : setMapping(lambda, id, isOn, longestMs);

/** An update of a schedule says all of it, so all of it is read first. */
const setSchedule = (scheduler: Account["scheduler"], id: string, isOn: boolean): Promise<boolean> =>
  asked("EventBridge Scheduler", async () => {
    const State = isOn ? "ENABLED" : "DISABLED";
    const schedule = await scheduler.send(new GetScheduleCommand({ Name: id }));
    if (schedule.State === State) return false;
    const { Name, GroupName, Description, ScheduleExpression, ScheduleExpressionTimezone, FlexibleTimeWindow, Target } =
      schedule;
    await scheduler.send(
      new UpdateScheduleCommand({
        Name,
        GroupName,
        Description,
        ScheduleExpression,
        ScheduleExpressionTimezone,
        FlexibleTimeWindow,
        Target,
        State,
      }),
    );
    return true;
  });

const setMapping = (lambda: Account["lambda"], id: string, isOn: boolean, longestMs: number): Promise<boolean> =>
  asked("Lambda", async () => {
    const wanted = isOn ? "Enabled" : "Disabled";
    const stateOf = async (): Promise<string | undefined> =>
      (await lambda.send(new GetEventSourceMappingCommand({ UUID: id }))).State;
    if ((await stateOf()) === wanted) return false;
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID: id, Enabled: isOn }));
    const deadline = performance.now() + longestMs;
    for (let state = await stateOf(); state !== wanted; state = await stateOf()) {
      if (performance.now() > deadline) throw tookTooLong(id, wanted, state);
      await delay(POLL_MS);
    }
    return true;
  });
