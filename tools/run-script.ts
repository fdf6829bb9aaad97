import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { PipelineError } from "#core/errors.ts";

const ROOT = join(import.meta.dirname, "..");

/** A child that starts "node" gets the one that runs here, however it was found. */
const PATH = [dirname(process.execPath), process.env["PATH"]].join(delimiter);

/** A script for Node, as it is called in an error. */
export interface Script {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

export interface ScriptOptions {
  /** More variables; `undefined` takes one away. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Hears each line that the script says. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a script in the repository, as a process of its own, and returns all that it said.
 * @throws PipelineError TAPE_STATE_INVALID with its last lines when it fails
 */
export const runScript = async ({ name, file, args }: Script, options: ScriptOptions): Promise<string> => {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: ROOT,
    env: { ...process.env, PATH, ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
    signal: options.signal,
  });
  // A child that is aborted says so before it closes.
  child.on("error", () => undefined);
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on("line", (line) => {
      lines.push(line);
      options.onLine?.(line);
    });
  }
  const code = await exited;
  options.signal.throwIfAborted();
  if (code !== 0) {
    const last = lines.filter((line) => line.trim() !== "").slice(-LAST_LINES);
    throw new PipelineError("TAPE_STATE_INVALID", `${name} must succeed, ended with ${code}: ${last.join("\n")}`);
  }
  return lines.join("\n");
};

const LAST_LINES = 12;
