import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { settings } from "../tapestream.config.ts";
import { readConfig } from "./read-config.ts";
import { configurationDoc } from "./configuration-doc.ts";

test("docs/configuration.md says what the code does", async () => {
  const source = readFileSync(join(import.meta.dirname, "config.ts"), "utf8");
  await expect(configurationDoc(source)).toMatchFileSnapshot("../docs/configuration.md");
});

test("the file of settings is one that can be read", () => {
  expect(() => readConfig({}, settings)).not.toThrow();
});

test("the comments name the defaults of the code", () => {
  const doc = configurationDoc(readFileSync(join(import.meta.dirname, "config.ts"), "utf8"));
  const doubled = [...doc.matchAll(/Default: `([^`]+)`, `?([\d.]+)/g)];
  expect(doubled.map(([line]) => line)).toEqual([]);
});
