import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of ours as a user runs it, in a process of its own. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has said on stdout so far. */
  readonly stdout: string;
  /** Resolves when stdout has said `text`; rejects when the command ends before. */
  said(text: string): Promise<void>;
}

const ROOT = join(import.meta.dirname, "..");
/** Commands start in half the time when they find what others of them have compiled. */
const COMPILED = join(tmpdir(), "tapestream-compiled");

/** More variables for a command, and whether it leads a process group of its own. */
export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly leadsGroup?: boolean;
}

/** Starts `cli/NAME.ts` with these arguments. */
export const startCommand = (
  name: string,
  args: readonly string[],
  { environment = {}, leadsGroup = false }: CommandOptions = {},
): RunningCommand => {
  const child = spawn(process.execPath, [join(ROOT, `cli/${name}.ts`), ...args], {
    cwd: ROOT,
    env: { NODE_COMPILE_CACHE: COMPILED, ...process.env, ...environment },
    detached: leadsGroup,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(([code]): Ended => ({ code: code as number | null, stdout, stderr }));
  return {
    child,
    ended,
    get stdout() {
      return stdout;
    },
    said: async (text) => {
      while (!stdout.includes(text)) {
        const end = await Promise.race([once(child.stdout, "data").then(() => undefined), ended]);
        if (end !== undefined && !stdout.includes(text))
          throw new Error(`the command ended before it said ${text}: ${end.stderr}`);
      }
    },
  };
};

/** Runs `cli/NAME.ts` to its end. */
export const runCommandLine = (name: string, args: readonly string[], options: CommandOptions = {}): Promise<Ended> =>
  startCommand(name, args, options).ended;
