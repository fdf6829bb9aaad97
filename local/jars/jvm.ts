import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { PipelineError } from "#core/errors.ts";

export interface JvmOptions {
  readonly name: string;
  /** Flags, class path, class and arguments. */
  readonly args: readonly string[];
  readonly cwd: string;
  /** What it says goes there. */
  readonly logFile: string;
  /** It is up when this port of loopback takes connections. */
  readonly port: number;
  /** Ends a start that is under way; it then rejects. @default never */
  readonly signal?: AbortSignal | undefined;
}

const HOST = "127.0.0.1";
const LONGEST_START_MS = 120_000;
const POLL_MS = 100;
/** Time to end by itself. */
const GRACE_MS = 15_000;
const LAST_LINES = 5;

/** A server on the JVM, which runs until it is stopped or killed. */
export class Jvm implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts it and waits until it is up. @throws PipelineError TAPE_ENGINE_UNAVAILABLE when it ends or hangs instead. */
  static async start(options: JvmOptions): Promise<Jvm> {
    const log = openSync(options.logFile, "a");
    // In a group of its own: Ctrl-C on the terminal is for whoever uses the server, who stops it last.
    const child = spawn("java", options.args, { cwd: options.cwd, stdio: ["ignore", log, log], detached: true });
    closeSync(log);
    // A process that ends without a word takes it along.
    const end = (): boolean => child.kill("SIGKILL");
    process.once("exit", end);
    child.once("exit", () => process.off("exit", end));
    const jvm = new Jvm(child);
    const giveUpMs = Date.now() + LONGEST_START_MS;
    while (!(await isListening(options.port))) {
      if (!jvm.isRunning || Date.now() > giveUpMs || options.signal?.aborted) {
        await jvm.kill();
        throw new PipelineError("TAPE_ENGINE_UNAVAILABLE", await faultOf(options));
      }
      await delay(POLL_MS);
    }
    return jvm;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Ends it at once, as when its machine fails. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Lets it end by itself, for a while. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), GRACE_MS);
    await this.#end("SIGTERM");
    clearTimeout(timer);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    if (!this.isRunning) return;
    const exit = once(this.#child, "exit");
    this.#child.kill(signal);
    await exit;
  }
}

const faultOf = async ({ name, logFile }: JvmOptions): Promise<string> => {
  const lines = (await readFile(logFile, "utf8")).trimEnd().split("\n").slice(-LAST_LINES);
  return `${name} must come up, but did not; its log ends with: ${lines.join(" | ")}`;
};

const isListening = async (port: number): Promise<boolean> => {
  const socket = connect(port, HOST);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};
