/** What the cloud tells a function's process: run the handler once. */
export interface InvokeMessage {
  readonly kind: "invoke";
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
  /** When the invocation is killed, in epoch milliseconds. */
  readonly deadlineMs: number;
  readonly functionArn: string;
}

/** What the cloud tells a function's process on purpose: from now on its clock is ahead by so much, behind when negative. */
export interface SkewMessage {
  readonly kind: "skew-clock";
  readonly aheadMs: number;
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
