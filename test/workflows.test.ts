import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommandLine } from "./command.ts";

const ROOT = join(import.meta.dirname, "..");
const WORKFLOWS = join(ROOT, ".github/workflows");

const readAll = async (folder: string, ending: string): Promise<readonly string[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ending));
  return Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
};

const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const workflows = await readAll(WORKFLOWS, ".yml");
/** What follows `npm run`, up to the end of the line. */
const runs = workflows.flatMap((text) =>
  [...text.matchAll(/npm run (\S+)(.*)$/gm)].map(([, name, rest]) => ({ name, rest })),
);

test("workflows and docs run scripts that there are", async () => {
  const docs = [...(await readAll(ROOT, ".md")), ...(await readAll(join(ROOT, "docs"), ".md"))];
  const named = [...docs, ...workflows].flatMap((text) =>
    [...text.matchAll(/npm run ([a-z][\w:]*)/g)].map(([, name]) => name!),
  );
  expect(named.length).toBeGreaterThan(20);
  expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
});

test("workflows give scripts no flag that npm would keep to itself, and none that they do not know", async () => {
  expect(runs.filter(({ rest }) => rest !== "" && !rest!.startsWith(" -- "))).toEqual([]);
  const withFlags = runs.filter(({ rest }) => rest !== "");
  expect(withFlags.map(({ name }) => name)).toEqual(["deploy"]);
  for (const { name, rest } of withFlags) {
    const file = /^node cli\/([\w-]+)\.ts/.exec(scripts[name!]!)![1]!;
    const { stdout } = await runCommandLine(file, ["--help"]);
    const flags = [...rest!.matchAll(/--[a-z][\w-]*/g)].map(([flag]) => flag);
    expect(flags.filter((flag) => !stdout.includes(`  ${flag} `))).toEqual([]);
    expect(flags).not.toEqual([]);
  }
});

test("workflows take others' actions by commit, which nobody can move", () => {
  const uses = workflows.flatMap((text) => [...text.matchAll(/uses: (.*)$/gm)].map(([, action]) => action!));
  expect(uses.filter((action) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
});
