import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { PipelineError } from "#core/errors.ts";

/** A server that takes AWS's calls for one account on this machine. Disposing ends it. */
export interface Moto extends AsyncDisposable {
  /** The variables with which the CDK's tool and AWS clients reach it, and nothing of a real account. */
  readonly environment: Variables;
  /**
   * Runs a script of this folder on a folder that the CDK synthesized, and returns the JSON that it says.
   * @throws PipelineError TAPE_STATE_INVALID when it fails
   */
  run(script: "compare.py" | "prove.py", assemblyDir: string): Promise<unknown>;
  /** A line for each thing that is in the account, sorted. @throws PipelineError TAPE_STATE_INVALID when it cannot be told */
  list(): Promise<readonly string[]>;
}

/** Undefined takes a variable away from a child. */
type Variables = Readonly<Record<string, string | undefined>>;

export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";

/** Variables under which no client finds another account, and Python writes nothing beside its sources. */
const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_EC2_METADATA_DISABLED: "true",
  PYTHONDONTWRITEBYTECODE: "1",
} as const;

/**
 * Starts server.py with this Python on a port that is free. The server ends with this process, however that ends.
 * @throws PipelineError TAPE_PORT_IN_USE when it does not come up
 */
export const openMoto = async (python: string, signal: AbortSignal): Promise<Moto> => {
  const variables = { ...process.env, ...ENVIRONMENT };
  const server = spawn(python, [join(import.meta.dirname, "server.py")], {
    env: variables,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exited = new Promise<void>((resolve) => server.once("close", () => resolve()));
  const end = async (): Promise<void> => {
    server.stdin.destroy();
    server.kill();
    await exited;
  };
  let log = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => (log = (log + text).slice(-LOG_LENGTH)));
  const url = await firstLine(server.stdout, AbortSignal.any([signal, AbortSignal.timeout(START_MS)])).catch(
    () => undefined,
  );
  if (url === undefined) {
    await end();
    signal.throwIfAborted();
    throw new PipelineError("TAPE_PORT_IN_USE", `moto's server must come up, did not: ${log.trim()}`);
  }
  const environment = { ...ENVIRONMENT, AWS_ENDPOINT_URL: url.replace("ready ", "") };
  return {
    environment,
    run: (script, assemblyDir) => runScript(python, script, [assemblyDir], { environment, signal }),
    list: async () => (await runScript(python, "inventory.py", [], { environment, signal })) as readonly string[],
    [Symbol.asyncDispose]: end,
  };
};

const START_MS = 60_000;
const LOG_LENGTH = 4_000;

/** @throws when the stream ends or the signal aborts before there is a line. */
const firstLine = async (stream: NodeJS.ReadableStream, signal: AbortSignal): Promise<string> => {
  const lines = createInterface(stream);
  const [line] = (await Promise.race([
    once(lines, "line", { signal }),
    once(lines, "close", { signal }).then(() => Promise.reject(new Error("it ended"))),
  ])) as [string];
  return line;
};

interface ScriptOptions {
  readonly environment: Variables;
  readonly signal: AbortSignal;
}

const runScript = async (
  python: string,
  script: string,
  scriptArgs: readonly string[],
  { environment, signal }: ScriptOptions,
): Promise<unknown> => {
  try {
    const args = [join(import.meta.dirname, script), ...scriptArgs];
    const options = { env: { ...process.env, ...environment }, signal, maxBuffer: 64 * 1024 * 1024 };
    return JSON.parse((await promisify(execFile)(python, args, options)).stdout) as unknown;
  } catch (cause) {
    signal.throwIfAborted();
    throw new PipelineError("TAPE_STATE_INVALID", `${script} must come to an end, failed: ${String(cause)}`, { cause });
  }
};
