import { describe, expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { createApplication } from "./application.ts";
import { functionResource, roleResource } from "./fixtures/assembly.ts";
import { eventLog, fakeClock, localFunction } from "./fixtures/mapping.ts";
import { ThrottledError } from "./function-error.ts";
import { readFunctions } from "./function-spec.ts";
import { readSchedules, runSchedule, type ScheduleSpec } from "./schedule.ts";

const read = (given: Readonly<Record<string, unknown>>): readonly ScheduleSpec[] => {
  const Target = { Arn: { "Fn::GetAtt": ["Fetch", "Arn"] }, Input: '{"lanes":3}' };
  const Properties = { ScheduleExpression: "rate(5 minutes)", State: "ENABLED", Target, ...given };
  const Resources = {
    Role: roleResource,
    Fetch: functionResource("tool"),
    Often: { Type: "AWS::Scheduler::Schedule", Properties },
  };
  const assetFolders = new Map([["tool.zip", "/tool"]]);
  const application = createApplication([{ name: "One", template: { Resources }, assetFolders }]);
  return readSchedules(application, readFunctions(application));
};

describe("a schedule of the template", () => {
  test("has a period, a function and an input", () => {
    expect(read({})).toMatchObject([
      { name: "One-Often", periodMs: 300_000, input: '{"lanes":3}', fn: { name: "One-Fetch" } },
    ]);
    expect(read({ ScheduleExpression: "rate(1 hour)" })).toMatchObject([{ periodMs: 3_600_000 }]);
  });

  test("does not run when it is disabled", () => {
    expect(read({ State: "DISABLED" })).toEqual([]);
  });

  test("rejects a cron expression", () => {
    expect(() => read({ ScheduleExpression: "cron(0 9 * * ? *)" })).toThrow(
      "Often (AWS::Scheduler::Schedule) must have a rate as its expression, had cron(0 9 * * ? *)",
    );
  });
});

describe("a schedule at work", () => {
  const schedule: ScheduleSpec = {
    name: "often",
    periodMs: durationMs(60_000),
    fn: localFunction("tool"),
    input: "{}",
  };

  test("never sleeps for less than nothing, though the clock ticks between two looks at it", async () => {
    const stop = new AbortController();
    const slept: number[] = [];
    let nowMs = 0;
    const clock = {
      nowMs: () => epochMs(nowMs++),
      sleep: async (ms: number) => {
        nowMs += ms;
        if (slept.push(ms) === 3) stop.abort();
      },
    };
    await runSchedule({ schedule, invoke: async () => {}, clock, signal: stop.signal, emit: eventLog().emit });
    expect(Math.min(...slept)).toBeGreaterThanOrEqual(0);
  });

  test("runs at once and after each period, without waiting for the run before", async () => {
    const stop = new AbortController();
    const clock = fakeClock(1_000);
    const { emit } = eventLog();
    const endings: (() => void)[] = [];
    const startedMs: number[] = [];
    const invoke = async (): Promise<void> => {
      startedMs.push(clock.nowMs());
      await new Promise<void>((resolve) => endings.push(resolve));
    };
    const running = runSchedule({ schedule, invoke, clock, signal: stop.signal, emit });
    while (startedMs.length < 3) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    endings.forEach((end) => end());
    await running;
    expect(startedMs.slice(0, 3)).toEqual([1_000, 61_000, 121_000]);
  });

  test("tells of a run that fails, and goes on", async () => {
    const stop = new AbortController();
    const { events, emit } = eventLog();
    let runs = 0;
    const invoke = async (): Promise<void> => {
      if (++runs === 2) stop.abort();
      throw new ThrottledError();
    };
    await runSchedule({ schedule, invoke, clock: fakeClock(0), signal: stop.signal, emit });
    expect(runs).toBe(2);
    expect(events).toEqual([
      { kind: "schedule-failed", scheduleName: "often", reason: "TooManyRequestsException: Rate Exceeded." },
    ]);
  });
});
