import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let outDir: string;

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), "tapestream-app-"));
});

afterAll(() => rm(outDir, { recursive: true, force: true }));

const run = (contextJson: string) =>
  spawnSync(process.execPath, [join(import.meta.dirname, "app.ts")], {
    cwd: tmpdir(),
    env: { ...process.env, NODE_NO_WARNINGS: "1", CDK_OUTDIR: outDir, CDK_CONTEXT_JSON: contextJson },
    encoding: "utf8",
  });

describe("the app as a child process", () => {
  test.each([
    ['{"shards":"0"}', 'shards must be auto or a whole number from 1 to 20000, was "0"\n'],
    ['{"shards":', "CDK_CONTEXT_JSON must be JSON, was not: Unexpected end of JSON input\n"],
  ])("fails on %s with one sentence and writes nothing", (contextJson, sentence) => {
    const { status, stdout, stderr } = run(contextJson);
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: "", stderr: sentence });
    expect(readdirSync(outDir)).toEqual([]);
  });
});
