import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { MAX_STATE_BYTES, STATE_LIMIT_BYTES } from "#core/plan/state-size.ts";
import { FAULT_CLASSES } from "./model/faults.ts";

const read = (path: string): Promise<string> => readFile(new URL(`../${path}`, import.meta.url), "utf8");
const words = (value: number): string => value.toLocaleString("en-US");

test("docs/guarantees.md counts the model's classes of faults", async () => {
  const [, count] = /under (\d+)\s+classes of faults/.exec(await read("docs/guarantees.md")) ?? [];
  expect(Number(count)).toBe(FAULT_CLASSES.length);
});

test.each(["docs/watching.md", "docs/adr/0001-a-pane-is-a-register.md"])(
  "%s says past how many bytes a life ends itself, packed and as Lambda counts them",
  async (path) => {
    const page = await read(path);
    expect(page).toContain(`${words(MAX_STATE_BYTES)} packed bytes`);
    expect(page).toContain(`${words(STATE_LIMIT_BYTES)} as base64`);
  },
);
