import { afterEach, expect, test, vi } from "vitest";
import { createStages } from "./stages.ts";

afterEach(() => vi.restoreAllMocks());

/** What is said on stdout from now on, a line each. */
const listen = (): readonly string[] => {
  const lines: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  return lines;
};

test("a step that takes long is told of before it is done, and with its time after", async () => {
  const lines = listen();
  const work = async () => [...lines];
  const before = await createStages().run("built the functions", work, "building the functions");
  expect(before).toEqual(["building the functions …\n"]);
  expect(lines.slice(1)).toEqual([expect.stringMatching(/^built the functions {13} +\d+\.\d s\n$/)]);
});

test("a step that fails is told of before, and not after", async () => {
  const lines = listen();
  const work = () => Promise.reject(new RangeError("oh"));
  await expect(createStages().run("built", work, "building")).rejects.toThrow("oh");
  expect(lines).toEqual(["building …\n"]);
});
