import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { CLAUSES } from "./real/clauses.ts";

const root = new URL("../", import.meta.url);
const page = await readFile(new URL("docs/guarantees.md", root), "utf8");

/** The rows of the page's tables: guarantee, mechanism, tests. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("|") && !/^\| (?:Guarantee|-)/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, guarantee = "", mechanism = "", tests = ""]) => ({ guarantee, mechanism, tests }));

describe("docs/guarantees.md", () => {
  test("has guarantees, each with a mechanism", () => {
    expect(rows.length).toBeGreaterThan(15);
    for (const { mechanism } of rows) expect(mechanism).not.toBe("");
  });

  test.each(rows)("names tests that exist: $guarantee", async ({ tests }) => {
    for (const entry of tests.split("; ")) {
      const [, file = "", clause, name = ""] = /^`([\w./-]+)` (clause )?"([^"]+)"$/.exec(entry) ?? [];
      const text = await readFile(new URL(file, root), "utf8");
      if (clause === undefined) expect(text, entry).toContain(`"${name}",`);
      else expect(CLAUSES.map((known) => known.name)).toContain(name);
    }
  });
});
