import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { PipelineError } from "#core/errors.ts";

const ROOT = join(import.meta.dirname, "..");
const CDK = join(dirname(createRequire(import.meta.url).resolve("aws-cdk/package.json")), "bin/cdk");

const PATH = [dirname(process.execPath), process.env["PATH"]].join(delimiter);

export interface CdkOptions {
  /** More variables; `undefined` takes one away. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Hears each line that the tool says. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs the CDK's own tool in the repository and returns all that it said.
 * @throws PipelineError TAPE_STATE_INVALID with its last lines when it fails
 */
export const runCdk = async (args: readonly string[], options: CdkOptions): Promise<string> => {
  const child = spawn(process.execPath, [CDK, ...args, "--no-notices", "--ci", "--no-color"], {
    cwd: ROOT,
    // The tool starts the app by "node": the one that runs here, however it was found.
    env: { ...process.env, PATH, CDK_DISABLE_VERSION_CHECK: "1", ...options.environment },
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
    throw new PipelineError(
      "TAPE_STATE_INVALID",
      `cdk ${args[0]} must succeed, ended with ${code}: ${last.join("\n")}`,
    );
  }
  return lines.join("\n");
};

const LAST_LINES = 12;
