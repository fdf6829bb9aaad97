import { randomUUID } from "node:crypto";
import { devNull } from "node:os";
import { performance } from "node:perf_hooks";
import { ACCOUNT_ID, REGION } from "./attributes.ts";
import type { EmitCloudEvent } from "./cloud-event.ts";
import { FunctionError, ThrottledError } from "./function-error.ts";
import type { LocalFunction } from "./function-spec.ts";
import { openFunctionWorker, type InvocationControl } from "./function-worker.ts";
import { WorkerPool } from "./worker-pool.ts";

export interface InvocationOptions extends InvocationControl {
  /** @default a new UUID */
  readonly requestId?: string;
}

/** Runs one function, in several processes when invocations overlap; a process that is free takes the next. */
export interface FunctionHost extends AsyncDisposable {
  /**
   * Runs the handler with `event`, a JSON text, and returns its result as JSON text. Waits when every process is busy.
   * @throws FunctionError
   * @throws ThrottledError when the function's reserved concurrency is used up
   */
  invoke(event: string, options?: InvocationOptions): Promise<string>;
}

export interface FunctionHostOptions {
  readonly fn: LocalFunction;
  /** Variables beside the template's. */
  readonly environment: Readonly<Record<string, string>>;
  readonly emit: EmitCloudEvent;
  /** A folder in which the processes keep compiled code for one another. */
  readonly codeDir: string;
}

export const openFunctionHost = (options: FunctionHostOptions): FunctionHost => new Host(options);

class Host implements FunctionHost {
  readonly #options: FunctionHostOptions;
  readonly #pool: WorkerPool;
  #running = 0;

  constructor(options: FunctionHostOptions) {
    const { fn, emit, codeDir } = options;
    this.#options = options;
    const environment = { ...fn.environment, ...options.environment, ...reservedVariables(fn) };
    this.#pool = new WorkerPool(() => openFunctionWorker({ fn, environment, emit, codeDir }));
  }

  async invoke(event: string, { requestId = randomUUID(), ...control }: InvocationOptions = {}): Promise<string> {
    const { fn } = this.#options;
    if (fn.reservedConcurrency !== undefined && this.#running >= fn.reservedConcurrency) throw new ThrottledError();
    this.#running++;
    const startedMs = performance.now();
    try {
      const result = await this.#run(requestId, event, control);
      this.#report(requestId, startedMs, undefined);
      return result;
    } catch (error) {
      if (error instanceof FunctionError) this.#report(requestId, startedMs, error);
      throw error;
    } finally {
      this.#running--;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]();
  }

  async #run(requestId: string, event: string, control: InvocationControl): Promise<string> {
    const worker = await this.#pool.take();
    if (worker === undefined) throw stopped(this.#options.fn.name, requestId);
    try {
      return await worker.invoke(requestId, event, control);
    } finally {
      this.#pool.give(worker);
    }
  }

  #report(requestId: string, startedMs: number, error: FunctionError | undefined): void {
    this.#options.emit({
      kind: "invoked",
      functionName: this.#options.fn.name,
      requestId,
      durationMs: performance.now() - startedMs,
      errorType: error?.name,
      errorMessage: error?.message,
    });
  }
}

const stopped = (functionName: string, requestId: string): FunctionError =>
  new FunctionError(functionName, requestId, {
    errorType: "Runtime.ExitError",
    errorMessage: `RequestId: ${requestId} Error: the local cloud has been stopped`,
    trace: [],
  });

/**
 * The variables that Lambda sets itself, which win over the template's. The SDK's own files are out of the way, as they
 * are on Lambda, and so is the time zone of the machine.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
const reservedVariables = (fn: LocalFunction): Readonly<Record<string, string>> => ({
  AWS_CONFIG_FILE: devNull,
  AWS_DEFAULT_REGION: REGION,
  AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
  AWS_LAMBDA_FUNCTION_NAME: fn.name,
  AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
  AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${ACCOUNT_ID}`,
  AWS_REGION: REGION,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  LAMBDA_TASK_ROOT: fn.assetDir,
  LANG: "en_US.UTF-8",
  PATH: process.env["PATH"] ?? "",
  TZ: ":UTC",
  _HANDLER: fn.handler,
});
