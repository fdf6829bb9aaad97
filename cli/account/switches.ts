import { GetEventSourceMappingCommand, UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { GetScheduleCommand, UpdateScheduleCommand } from "@aws-sdk/client-scheduler";
import { setTimeout as delay } from "node:timers/promises";
import { asked, type Account } from "./account.ts";
import type { DeployedResource } from "./stacks.ts";

/** What sets functions going, and can be switched off. */
export interface Switch {
  readonly kind: "schedule" | "mapping";
  /** Its name or UUID. */
  readonly id: string;
}

const POLL_MS = 2_000;

/** The schedules and the event source mappings of a stack, in the order of the template. */
export const switchesAmong = (resources: readonly DeployedResource[]): readonly Switch[] =>
  resources.flatMap(({ type, physicalId: id }): readonly Switch[] => {
    if (type === "AWS::Scheduler::Schedule") return [{ kind: "schedule", id }];
    if (type === "AWS::Lambda::EventSourceMapping") return [{ kind: "mapping", id }];
    return [];
  });

/** Puts a switch on or off, and resolves when it is. Returns whether it was not. @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE */
export const setSwitch = ({ lambda, scheduler }: Account, { kind, id }: Switch, isOn: boolean): Promise<boolean> =>
  kind === "schedule" ? setSchedule(scheduler, id, isOn) : setMapping(lambda, id, isOn);

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

const setMapping = (lambda: Account["lambda"], id: string, isOn: boolean): Promise<boolean> =>
  asked("Lambda", async () => {
    const wanted = isOn ? "Enabled" : "Disabled";
    const stateOf = async (): Promise<string | undefined> =>
      (await lambda.send(new GetEventSourceMappingCommand({ UUID: id }))).State;
    if ((await stateOf()) === wanted) return false;
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID: id, Enabled: isOn }));
    while ((await stateOf()) !== wanted) await delay(POLL_MS);
    return true;
  });
