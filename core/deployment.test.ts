import { describe, expect, test } from "vitest";
import { isStage, metricsNamespaceOf, stackNamesOf, stageOfStack } from "./deployment.ts";

describe("the stacks of a stage", () => {
  test("bear its name in front, and none where it has none", () => {
    expect(Object.values(stackNamesOf(""))).toEqual(["TapestreamStorage", "TapestreamPipeline", "TapestreamDashboard"]);
    expect(stackNamesOf("Other").pipeline).toBe("Other-TapestreamPipeline");
  });

  test.each(["", "Other", "a-b", "Tapestream", "TapestreamStorage"])("tell the stage %j", (stage) => {
    for (const name of Object.values(stackNamesOf(stage))) expect(stageOfStack(name)).toBe(stage);
  });

  test.each(["CDKToolkit", "OtherTapestreamStorage", "TapestreamStorage-Other"])("are not %s", (name) => {
    expect(stageOfStack(name)).toBeUndefined();
  });
});

test("stages count in namespaces of their own", () => {
  expect(["", "Other"].map(metricsNamespaceOf)).toEqual(["Tapestream", "Tapestream/Other"]);
});

test("a stage is called so that a stack can bear its name", () => {
  expect(["", "a", "Prod2", "eu-central-1", "a".repeat(20)].filter((text) => !isStage(text))).toEqual([]);
  expect(["-a", "a-", "2a", "a_b", "a b", "Ä", "a".repeat(21), "a\n"].filter(isStage)).toEqual([]);
});
