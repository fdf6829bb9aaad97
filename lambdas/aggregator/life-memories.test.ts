import { expect, test } from "vitest";
import { durationMs } from "#core/units.ts";
import { createLifeMemories } from "./life-memories.ts";

test("a shard gets the memory that it gave back, another one that is idle, and never one that is in use", () => {
  const memories = createLifeMemories([durationMs(60_000)]);
  const [a, b, again] = [memories.take("a"), memories.take("b"), memories.take("a")];
  expect(new Set([a, b, again]).size).toBe(3);
  memories.give("a", a);
  memories.give("b", b);
  expect(memories.take("b")).toBe(b);
  memories.give("b", b);
  expect(memories.take("a")).toBe(a);
  memories.give("a", a);
  expect(memories.take("c")).toBe(b);
  memories.give("c", b);
  memories.give("d", again);
  expect([memories.take("c"), memories.take("a")]).toEqual([b, again]);
});
