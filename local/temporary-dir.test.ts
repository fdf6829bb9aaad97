import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openTemporaryDir } from "./temporary-dir.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "temporary-dir-"));
  vi.stubEnv("TMPDIR", root);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

const leave = async (name: string, owner?: string): Promise<void> => {
  await mkdir(join(root, name, "deep"), { recursive: true });
  if (owner !== undefined) await writeFile(join(root, name, "owner.pid"), owner);
};

const endedProcess = async (): Promise<number> => {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid!;
};

test("a temporary folder goes when it is disposed of", async () => {
  await using temporary = await openTemporaryDir("mine-");
  expect(await readdir(root)).toEqual([temporary.dir.slice(root.length + 1)]);
  await temporary[Symbol.asyncDispose]();
  expect(await readdir(root)).toEqual([]);
});

test("a new one removes what dead processes left under its prefix, and no other", async () => {
  const dead = String(await endedProcess());
  await leave("mine-dead", dead);
  await leave("mine-alive", String(process.pid));
  await leave("mine-unnamed");
  await leave("mine-garbled", "0");
  await leave("others-dead", dead);
  await writeFile(join(root, "mine-file"), dead);
  await using temporary = await openTemporaryDir("mine-");
  const kept = ["mine-alive", "mine-file", "mine-garbled", "mine-unnamed", "others-dead"];
  expect(await readdir(root)).toEqual([...kept, temporary.dir.slice(root.length + 1)].toSorted());
});
