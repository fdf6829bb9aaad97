import { expect, test } from "vitest";
import { stacksToGoFirst, type SynthesizedStack } from "./deployment.ts";

const wanted = (name: string, ...outputs: string[]): SynthesizedStack => ({ name, outputs, types: new Map() });
const found = (name: string, ...outputs: string[]) => ({
  name,
  outputs: Object.fromEntries(outputs.map((output) => [output, "value"])),
});

test("stacks go in their order while no output goes", () => {
  const stacks = [wanted("Storage", "Panes"), wanted("Pipeline", "Socket", "Tickets"), wanted("Dashboard")];
  expect(stacksToGoFirst(stacks, [])).toEqual([]);
  expect(stacksToGoFirst(stacks, [found("Storage", "Panes"), found("Pipeline", "Socket"), found("Dashboard")])).toEqual(
    [],
  );
});

test("who may import an output that goes is deployed before", () => {
  const stacks = [wanted("Storage"), wanted("Pipeline", "Socket"), wanted("Dashboard")];
  const before = [found("Storage"), found("Pipeline", "Socket", "Tickets"), found("Dashboard")];
  expect(stacksToGoFirst(stacks, before)).toEqual(["Dashboard"]);
  expect(stacksToGoFirst(stacks, before.slice(0, 2))).toEqual([]);
  expect(stacksToGoFirst(stacks, [found("Storage", "Panes"), ...before.slice(1)])).toEqual(["Dashboard", "Pipeline"]);
});
