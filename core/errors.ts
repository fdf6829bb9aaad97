/** Every code that an operational error can bear. Codes are API. */
export const ERROR_CODES = [
  "TAPE_ACCOUNT_UNAVAILABLE",
  "TAPE_CONFIG_INVALID",
  "TAPE_CONNECTION_UNAVAILABLE",
  "TAPE_DATA_UNAVAILABLE",
  "TAPE_DEPLOYMENT_FAILED",
  "TAPE_ENGINE_UNAVAILABLE",
  "TAPE_EVENT_INVALID",
  "TAPE_FILE_UNREADABLE",
  "TAPE_LEASE_LOST",
  "TAPE_PORT_IN_USE",
  "TAPE_RUN_STALLED",
  "TAPE_SECRET_UNAVAILABLE",
  "TAPE_STATE_INVALID",
  "TAPE_STORE_UNAVAILABLE",
  "TAPE_STREAM_UNAVAILABLE",
  "TAPE_USAGE",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface PipelineErrorOptions extends ErrorOptions {
  /** Whether the same call may succeed later. @default false */
  readonly retryable?: boolean;
}

/** An operational error: something outside went wrong, and `code` says what. The message says what must be, then what was. */
export class PipelineError extends Error {
  override readonly name = "PipelineError";
  readonly code: ErrorCode;
  readonly isRetryable: boolean;

  constructor(code: ErrorCode, message: string, options: PipelineErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.isRetryable = options.retryable ?? false;
  }
}
