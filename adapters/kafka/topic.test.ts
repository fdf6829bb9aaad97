import { expect, test } from "vitest";
import { insyncReplicas } from "./topic.ts";

test("a topic takes a record when all of its replicas but one have it, and a lone one by itself", () => {
  expect([1, 2, 3, 5].map(insyncReplicas)).toEqual([1, 1, 2, 4]);
});
