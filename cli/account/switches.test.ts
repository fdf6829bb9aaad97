import { expect, test } from "vitest";
import { switchesAmong } from "./switches.ts";

test("schedules and mappings can be switched, nothing else can", () => {
  const resource = (type: string, physicalId: string) => ({
    type,
    physicalId,
    logicalId: physicalId,
    isRetained: false,
  });
  expect(
    switchesAmong([
      resource("AWS::Lambda::Function", "aggregator"),
      resource("AWS::Lambda::EventSourceMapping", "0a-1b"),
      resource("AWS::Scheduler::Schedule", "EachMinute"),
    ]),
  ).toEqual([
    { kind: "mapping", id: "0a-1b" },
    { kind: "schedule", id: "EachMinute" },
  ]);
});
