import { describe, expect, test } from "vitest";
import { mayStart, type Lineage } from "./shard-lineage.ts";

const lineage = (given: { finished?: string; passedOver?: string; unlisted?: string }): Lineage => ({
  isListed: (id) => given.unlisted?.includes(id) !== true,
  isPassedOver: (id) => given.passedOver?.includes(id) === true,
  isFinished: (id) => given.finished?.includes(id) === true,
});
const root = { ShardId: "a" };
const child = { ShardId: "c", ParentShardId: "a" };
const merged = { ShardId: "d", ParentShardId: "a", AdjacentParentShardId: "b" };

describe("a shard", () => {
  test("starts at once without parents", () => {
    expect(mayStart(root, lineage({}))).toBe(true);
  });

  test("waits for its parent's end", () => {
    expect(mayStart(child, lineage({}))).toBe(false);
    expect(mayStart(child, lineage({ finished: "a" }))).toBe(true);
  });

  test("waits for both its parents when it was merged", () => {
    expect(mayStart(merged, lineage({ finished: "a" }))).toBe(false);
    expect(mayStart(merged, lineage({ finished: "b" }))).toBe(false);
    expect(mayStart(merged, lineage({ finished: "ab" }))).toBe(true);
  });

  test("waits for no parent that is gone or was never to be read", () => {
    expect(mayStart(merged, lineage({ finished: "a", unlisted: "b" }))).toBe(true);
    expect(mayStart(merged, lineage({ finished: "a", passedOver: "b" }))).toBe(true);
    expect(mayStart(child, lineage({ finished: "a", passedOver: "c" }))).toBe(false);
  });
});
