import { fork, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { EmitCloudEvent } from "./cloud-event.ts";
import { readEmbeddedMetrics } from "./embedded-metrics.ts";
import { FunctionError } from "./function-error.ts";
import type { FunctionFailure, InvokeMessage, ProcessMessage, SkewMessage } from "./function-message.ts";
import type { LocalFunction } from "./function-spec.ts";

const PROCESS = new URL("function-process.ts", import.meta.url);
/** A laptop that starts many processes at once is slower than Lambda, which allows 10 s. */
const INIT_TIMEOUT_MS = 60_000;
const EXIT_GRACE_MS = 1_000;

/** What can be done to an invocation while it runs. */
export interface InvocationControl {
  /** Ends its process, wherever it stands. */
  readonly kill?: AbortSignal | undefined;
  /** Called before the handler runs, with what puts the clock of its process wrong for as long as that lives. */
  readonly onStart?: ((skewClock: SkewClock) => void) | undefined;
}

/** Puts a clock ahead by so much, behind when negative. */
export type SkewClock = (aheadMs: number) => void;

/** One process of one function, which runs one invocation at a time. */
export interface FunctionWorker extends AsyncDisposable {
  /** False once the process has ended, or is about to. */
  isAlive(): boolean;
  /** Resolves when the process takes invocations, or never will. */
  whenStarted(): Promise<void>;
  /**
   * Runs the handler with `event`, a JSON text, and returns its result as JSON text.
   * @throws FunctionError
   */
  invoke(requestId: string, event: string, control?: InvocationControl): Promise<string>;
}

export interface FunctionWorkerOptions {
  readonly fn: LocalFunction;
  /** All variables of the process. */
  readonly environment: Readonly<Record<string, string>>;
  readonly emit: EmitCloudEvent;
  /** Where processes keep compiled code for one another. */
  readonly codeDir: string;
}

/** Starts a process. */
export const openFunctionWorker = ({ fn, environment, emit, codeDir }: FunctionWorkerOptions): FunctionWorker => {
  const child = fork(PROCESS, {
    cwd: fn.assetDir,
    env: { ...environment, NODE_COMPILE_CACHE: codeDir },
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  forward(child.stdout, (line) => {
    const metered = readEmbeddedMetrics(line);
    for (const event of metered ?? []) emit({ ...event, functionName: fn.name });
    if (metered === undefined) emit({ kind: "logged", functionName: fn.name, output: "stdout", line });
  });
  forward(child.stderr, (line) => emit({ kind: "logged", functionName: fn.name, output: "stderr", line }));
  return new Worker(fn, child);
};

const forward = (output: Readable | null, onLine: (line: string) => void): void => {
  if (output !== null) createInterface({ input: output, crlfDelay: Infinity }).on("line", onLine);
};

interface Pending {
  readonly settle: (message: Extract<ProcessMessage, { kind: "returned" | "threw" }>) => void;
  readonly fail: (failure: FunctionFailure) => void;
}

class Worker implements FunctionWorker {
  readonly #fn: LocalFunction;
  readonly #child: ChildProcess;
  /** Resolves when the process has ended and all it wrote has been read. */
  readonly #closed: Promise<void>;
  readonly #ready: Promise<FunctionFailure | undefined>;
  #isAlive = true;
  #pending: Pending | undefined;
  #end: FunctionFailure | undefined;

  constructor(fn: LocalFunction, child: ChildProcess) {
    this.#fn = fn;
    this.#child = child;
    const closed = Promise.withResolvers<void>();
    this.#closed = closed.promise;
    child.on("close", (code, signal) => {
      this.#onClose(code, signal);
      closed.resolve();
    });
    child.on("error", (error) =>
      this.#stop({ errorType: "Runtime.ExitError", errorMessage: error.message, trace: [] }),
    );
    const ready = Promise.withResolvers<FunctionFailure | undefined>();
    this.#ready = ready.promise;
    const timer = setTimeout(() => this.#stop(timeout("init", INIT_TIMEOUT_MS)), INIT_TIMEOUT_MS);
    child.on("message", (message: ProcessMessage) => {
      if (message.kind === "ready") ready.resolve(undefined);
      else if (message.kind === "init-failed") ready.resolve(message.failure);
      else this.#pending?.settle(message);
    });
    void this.#closed.then(() => ready.resolve(this.#end));
    void ready.promise.finally(() => clearTimeout(timer));
  }

  isAlive(): boolean {
    return this.#isAlive;
  }

  async whenStarted(): Promise<void> {
    await this.#ready;
  }

  async invoke(requestId: string, event: string, { kill, onStart }: InvocationControl = {}): Promise<string> {
    const killed = exited(requestId, "Runtime exited with error: signal: killed");
    const failure = (await this.#ready) ?? (kill?.aborted === true ? killed : undefined);
    if (failure !== undefined) {
      this.#stop(failure);
      await this.#closed;
      throw new FunctionError(this.#fn.name, requestId, failure);
    }
    const { timeoutMs, arn } = this.#fn;
    const timer = setTimeout(() => this.#stop(timeout(requestId, timeoutMs)), timeoutMs);
    const onKill = (): void => this.#stop(killed);
    kill?.addEventListener("abort", onKill);
    try {
      onStart?.((aheadMs) => this.#tell({ kind: "skew-clock", aheadMs }));
      return await this.#run({
        kind: "invoke",
        requestId,
        event,
        deadlineMs: Date.now() + timeoutMs,
        functionArn: arn,
      });
    } finally {
      clearTimeout(timer);
      kill?.removeEventListener("abort", onKill);
      this.#pending = undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isAlive = false;
    // Not by closing the channel: Node 24 emits no "close" then.
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), EXIT_GRACE_MS);
    await this.#closed;
    clearTimeout(timer);
  }

  #run(message: InvokeMessage): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const fail = (failure: FunctionFailure): void =>
      reject(new FunctionError(this.#fn.name, message.requestId, failure));
    this.#pending = {
      fail,
      settle: (answer) => {
        if (answer.requestId !== message.requestId) return;
        if (answer.kind === "returned") resolve(answer.result);
        else fail(answer.failure);
      },
    };
    if (this.#end !== undefined) fail(this.#end);
    else this.#child.send(message, (error) => error !== null && this.#stop(exited(message.requestId, error.message)));
    return promise;
  }

  /** Who has ended, or is about to, is told nothing any more. */
  #tell(message: SkewMessage): void {
    if (this.#isAlive && this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Kills the process; `#onClose` then tells who waits, after the last line it wrote. */
  #stop(reason: FunctionFailure): void {
    this.#isAlive = false;
    this.#end ??= reason;
    this.#child.kill("SIGKILL");
  }

  #onClose(code: number | null, signal: string | null): void {
    this.#isAlive = false;
    const how = signal === null ? `exit status ${code}` : `signal: ${signal}`;
    this.#end ??= exited(randomUUID(), `Runtime exited with error: ${how}`);
    this.#pending?.fail(this.#end);
  }
}

const exited = (requestId: string, how: string): FunctionFailure => ({
  errorType: "Runtime.ExitError",
  errorMessage: `RequestId: ${requestId} Error: ${how}`,
  trace: [],
});

const timeout = (requestId: string, timeoutMs: number): FunctionFailure => ({
  errorType: "Sandbox.Timedout",
  errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1_000).toFixed(2)} seconds`,
  trace: [],
});
