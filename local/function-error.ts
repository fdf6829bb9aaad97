import type { FunctionFailure } from "./function-message.ts";

/** An invocation failed: `name` is the function's error type, `message` its error message. */
export class FunctionError extends Error {
  readonly functionName: string;
  readonly requestId: string;
  /** The function's own stack trace. */
  readonly trace: readonly string[];

  constructor(functionName: string, requestId: string, failure: FunctionFailure) {
    super(failure.errorMessage);
    this.name = failure.errorType;
    this.functionName = functionName;
    this.requestId = requestId;
    this.trace = failure.trace;
  }
}

/**
 * The function runs as often as its reserved concurrency allows, so this invocation did not start.
 * Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export class ThrottledError extends Error {
  override readonly name = "TooManyRequestsException";

  constructor() {
    super("Rate Exceeded.");
  }
}
