import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** A worker as an operator runs it, in a process of its own. Disposing asks it to end. */
export interface TestWorker extends AsyncDisposable {
  readonly child: ChildProcess;
  /** All that it logged. */
  readonly log: string;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
}

const FOLDER = join(import.meta.dirname, "../workers");

/** Starts `workers/NAME/main.ts`, its health port any that is free. */
export const startWorker = (name: string, environment: Readonly<Record<string, string>>): TestWorker => {
  const child = spawn(process.execPath, [join(FOLDER, name, "main.ts")], {
    env: { ...process.env, HEALTH_PORT: "0", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const output of [child.stdout, child.stderr])
    output.setEncoding("utf8").on("data", (text: string) => (log += text));
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    child,
    ended,
    get log() {
      return log;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      // One that is stopped hears of nothing else.
      child.kill("SIGCONT");
      await ended;
    },
  };
};
