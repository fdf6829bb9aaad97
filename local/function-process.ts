/**
 * The process of one function: loads the handler that `_HANDLER` names from `LAMBDA_TASK_ROOT`, then runs it once per
 * message, as Lambda's Node runtime does. It ends with the process that started it. In the folder that `NODE_COMPILE_CACHE`
 * names it finds what others have compiled of the same code.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 */
import { existsSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { join } from "node:path";
import { env } from "node:process";
import { pathToFileURL } from "node:url";
import type { FunctionFailure, InvokeMessage, ProcessMessage, SkewMessage } from "./function-message.ts";
import { rightTimeMs, skewClock } from "./process-clock.ts";

type Handler = (event: unknown, context: unknown) => unknown;

class InitError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

const loadHandler = async (): Promise<Handler> => {
  const handler = env["_HANDLER"] ?? "";
  const dot = handler.lastIndexOf(".");
  const [module, name] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const paths = [".js", ".mjs", ".cjs"].map((extension) => join(env["LAMBDA_TASK_ROOT"] ?? "", module + extension));
  const path = paths.find((candidate) => existsSync(candidate));
  if (path === undefined) throw new InitError("Runtime.ImportModuleError", `Error: Cannot find module '${module}'`);
  const exported = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  const fallback = exported["default"] as Readonly<Record<string, unknown>> | undefined;
  const found = exported[name] ?? fallback?.[name];
  if (typeof found !== "function")
    throw new InitError("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  return found as Handler;
};

const contextOf = ({ requestId, deadlineMs, functionArn }: InvokeMessage): unknown => ({
  awsRequestId: requestId,
  callbackWaitsForEmptyEventLoop: true,
  functionName: env["AWS_LAMBDA_FUNCTION_NAME"],
  functionVersion: env["AWS_LAMBDA_FUNCTION_VERSION"],
  invokedFunctionArn: functionArn,
  logGroupName: env["AWS_LAMBDA_LOG_GROUP_NAME"],
  logStreamName: env["AWS_LAMBDA_LOG_STREAM_NAME"],
  memoryLimitInMB: env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
  getRemainingTimeInMillis: () => Math.max(0, deadlineMs - rightTimeMs()),
});

const failureOf = (error: unknown): FunctionFailure =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

const answer = (message: ProcessMessage): void => {
  process.send?.(message);
};

/**
 * The trace of an invocation, which SDK clients add to their requests; here it is made from the request id.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
const traceIdOf = (requestId: string): string => {
  const digits = requestId.replaceAll("-", "");
  return `Root=1-${digits.slice(0, 8)}-${digits.slice(8)};Sampled=0`;
};

let hasKept = false;

/** Keeps what is compiled after the first invocation, which has called most of what others will call. */
const keepCompiled = (): void => {
  if (hasKept) return;
  hasKept = true;
  setImmediate(flushCompileCache);
};

const invoke = async (handler: Handler, message: InvokeMessage): Promise<void> => {
  const { requestId } = message;
  env["_X_AMZN_TRACE_ID"] = traceIdOf(requestId);
  try {
    const result = await handler(JSON.parse(message.event), contextOf(message));
    answer({ kind: "returned", requestId, result: JSON.stringify(result) ?? "null" });
  } catch (error) {
    answer({ kind: "threw", requestId, failure: failureOf(error) });
  }
  keepCompiled();
};

// A terminal's Ctrl-C reaches every process at once; the one that started this ends it in its time.
process.on("SIGINT", () => undefined);
process.once("disconnect", () => process.exit(0));
// A function has no such variable on Lambda.
delete env["NODE_COMPILE_CACHE"];
try {
  const handler = await loadHandler();
  process.on("message", (message: InvokeMessage | SkewMessage) => {
    if (message.kind === "skew-clock") skewClock(message.aheadMs);
    else void invoke(handler, message);
  });
  answer({ kind: "ready" });
} catch (error) {
  answer({ kind: "init-failed", failure: failureOf(error) });
}
