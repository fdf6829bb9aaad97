import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { Said } from "./run.ts";

export const RUN = join(import.meta.dirname, "run.ts");
const END_MS = 10_000;
const POLL_MS = 10;
const PATIENCE_MS = 5_000;

export type Settled = Extract<Said, { kind: "settled" }>;

export interface Run {
  /** What it had said by its end. */
  readonly said: readonly Said[];
  readonly code: number | null;
  readonly stderr: string;
  /** From the kill until no process of it was left. */
  readonly endedMs: number;
}

/** When a run is killed: so long after it was started, or after it said something, which it must do in `PATIENCE_MS`. */
export interface Kill {
  readonly behind: "started" | "opened" | "delivered";
  readonly delayMs: number;
}

/** Runs the app on the data folder to its end, or until it is killed, its function processes left to themselves. */
export const runApp = async (assemblyDir: string, dataDir: string, kill?: Kill): Promise<Run> => {
  const child = spawn(process.execPath, [RUN, assemblyDir, dataDir, ...(kill === undefined ? ["to-end"] : [])], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: Said[] = [];
  const timers: NodeJS.Timeout[] = [];
  const killAfter = (ms: number): unknown => timers.push(setTimeout(() => child.kill("SIGKILL"), ms));
  if (kill !== undefined) killAfter(kill.behind === "started" ? kill.delayMs : PATIENCE_MS);
  createInterface({ input: child.stdout }).on("line", (line) => {
    const read = JSON.parse(line) as Said;
    said.push(read);
    if (read.kind === kill?.behind) killAfter(kill.delayMs);
  });
  const stderr = text(child.stderr);
  const [code] = (await once(child, "exit")) as [number | null];
  for (const timer of timers) clearTimeout(timer);
  const exitedAt = performance.now();
  await groupEnded(child);
  return { said, code, stderr: await stderr, endedMs: performance.now() - exitedAt };
};

/** Resolves when no process of the child's group is left, those of functions included. */
const groupEnded = async ({ pid }: ChildProcess): Promise<void> => {
  const giveUpAt = performance.now() + END_MS;
  for (;;) {
    try {
      process.kill(-pid!, 0);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ESRCH") return;
      throw error;
    }
    if (performance.now() > giveUpAt) throw new Error(`every process of run ${pid} must have ended, one has not`);
    await delay(POLL_MS);
  }
};

export const settledOf = ({ said }: Run): Settled | undefined => said.find((line) => line.kind === "settled");

export const timesOf = (runs: readonly Run[], kind: "opened" | "delivered"): readonly number[] =>
  runs
    .flatMap(({ said }) => said.flatMap((line) => (line.kind === kind ? [line.sinceStartMs] : [])))
    .toSorted((a, b) => a - b);
