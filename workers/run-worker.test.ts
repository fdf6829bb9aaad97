import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";

/** A process that runs a worker whose `done` is this. */
const worker = (done: string): string => `
  import { PipelineError } from "#core/errors.ts";
  import { runWorker } from "#workers/run-worker.ts";
  const open = async ({ log }) => ({
    isReady: true,
    done: ${done},
    [Symbol.asyncDispose]: async () => log.info("disposed"),
  });
  await runWorker("worker", open);
`;

describe("a worker that cannot go on", () => {
  test("gives back what it holds, says why in one line, and ends with exit code 1", async () => {
    const failure = 'new PipelineError("TAPE_STORE_UNAVAILABLE", "keyspace k must answer, was refused")';
    const script = worker(`new Promise((_, reject) => setTimeout(() => reject(${failure}), 1))`);
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: import.meta.dirname,
      env: { ...process.env, HEALTH_PORT: "0" },
    });
    const [said, complained] = [text(child.stdout), text(child.stderr)];
    const [code] = (await once(child, "close")) as [number];
    const lines = `${await said}${await complained}`.trim().split("\n");
    expect(code).toBe(1);
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      "runs",
      "disposed",
      "cannot run",
    ]);
    expect(lines.at(-1)).toContain("keyspace k must answer, was refused");
  });
});
