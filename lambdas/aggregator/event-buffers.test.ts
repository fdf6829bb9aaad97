import { expect, test } from "vitest";
import { createEventBuffers } from "./event-buffers.ts";

test("a buffer is used again when it was given back and is large enough, and never by two at once", () => {
  const buffers = createEventBuffers();
  const [first, second] = [buffers.take(100), buffers.take(100)];
  expect(second).not.toBe(first);
  buffers.give(first);
  expect(buffers.take(101)).not.toBe(first);
  expect(buffers.take(50)).toBe(first);
  expect(buffers.take(50)).not.toBe(first);
  expect(buffers.take(0).length).toBe(0);
});
