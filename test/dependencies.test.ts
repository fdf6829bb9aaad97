import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(join(import.meta.dirname, "..", path), "utf8");

/** What the record may call a package: by its name, or in a row of its sisters by the end of it. */
const namesOf = (name: string): readonly string[] => {
  const service = /^@aws-sdk\/client(-.+)$/.exec(name)?.[1];
  return service === undefined ? [name] : [name, `client${service}`, service];
};

test("what runs beside our own code has a line that says why, each of it", () => {
  const { dependencies } = JSON.parse(read("package.json")) as { readonly dependencies: Record<string, string> };
  const rows = read("docs/adr/0004-dependencies.md").split("\n");
  const subjects = rows.filter((row) => row.startsWith("|")).map((row) => row.split("|")[1]);
  const recorded = new Set(subjects.flatMap((cell) => [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name)));
  const missing = Object.keys(dependencies).filter((name) => !namesOf(name).some((each) => recorded.has(each)));
  expect(missing).toEqual([]);
});
