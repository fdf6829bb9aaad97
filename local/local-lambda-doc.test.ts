import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), "utf8");
const page = read("docs/local-lambda.md");

/** The rows of the page's tables without their heads: rule, what is done, sources, tests. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, rule = "", done = "", sources = "", tests = "", ...rest]) => ({ rule, done, sources, tests, rest }))
  .filter(({ rule }) => rule !== "Rule" && !rule.startsWith("-"));

const testsOf = (cell: string): readonly { readonly file: string; readonly name: string }[] =>
  cell.split("; ").map((entry) => {
    const [, file = "", name = ""] = /^`(local\/[\w-]+\.test\.ts)` "([^"]+)"$/.exec(entry) ?? [];
    return { file, name };
  });

describe("the page about the local event source mapping", () => {
  test("names every rule once, in rows of four cells", () => {
    expect(rows.length).toBeGreaterThan(25);
    expect(new Set(rows.map(({ rule }) => rule)).size).toBe(rows.length);
    for (const { done, rest } of rows) expect([done.length > 0, rest]).toEqual([true, [""]]);
  });

  test.each(rows)("names tests that exist for: $rule", ({ tests }) => {
    for (const { file, name } of testsOf(tests)) {
      expect(file, tests).not.toBe("");
      const starts = [`test("${name}", `, `])("${name}", `];
      expect(
        starts.some((start) => read(file).includes(start)),
        `${file} must have a test "${name}"`,
      ).toBe(true);
    }
  });

  test.each(rows)("links to a source for: $rule", ({ sources }) => {
    const references = sources.split(", ");
    for (const reference of references) expect(page).toContain(`\n${reference}: https://`);
  });
});
