/** What the cloud tells a function's process: run the handler once. */
export interface InvokeMessage {
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
  /** When the invocation is killed, in epoch milliseconds. */
  readonly deadlineMs: number;
  readonly functionArn: string;
}

/** As Lambda describes a failed invocation. Source: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** What a function's process answers: once whether its module could be loaded, then once per invocation. */
export type ProcessMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "init-failed"; readonly failure: FunctionFailure }
  | { readonly kind: "returned"; readonly requestId: string; readonly result: string }
  | { readonly kind: "threw"; readonly requestId: string; readonly failure: FunctionFailure };
