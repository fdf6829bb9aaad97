import { PipelineError } from "#core/errors.ts";

/**
 * What a broker says to those whom it does not know, or does not let do what they ask, or not in that way: asking again
 * changes nothing.
 * Source: https://kafka.apache.org/protocol#protocol_error_codes
 */
const REFUSALS: ReadonlySet<unknown> = new Set([
  "SASL_AUTHENTICATION_FAILED",
  "UNSUPPORTED_SASL_MECHANISM",
  "ILLEGAL_SASL_STATE",
  "TOPIC_AUTHORIZATION_FAILED",
  "GROUP_AUTHORIZATION_FAILED",
  "CLUSTER_AUTHORIZATION_FAILED",
  "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
  "INVALID_SESSION_TIMEOUT",
]);

/** The error that says that `topic` could not be asked. */
export const unavailable = (topic: string, cause: unknown): PipelineError =>
  new PipelineError("TAPE_STREAM_UNAVAILABLE", `topic ${topic} must answer, failed with ${wordsOf(cause)}`, {
    cause,
    retryable: !isRefusal(cause),
  });

/** The error that says that `topic` did not take all of `what`. */
export const untaken = (topic: string, what: string, cause: unknown): PipelineError => {
  const why = cause === undefined ? "" : `, by ${wordsOf(cause)}`;
  const options = { ...(cause !== undefined && { cause }), retryable: true };
  return new PipelineError("TAPE_STREAM_UNAVAILABLE", `topic ${topic} must take all ${what}, left some${why}`, options);
};

/** Whether the broker refuses who asks, by whatever error that stands within this one. */
export const isRefusal = (error: unknown): boolean =>
  failuresOf(error).some(
    (failure) => REFUSALS.has(apiIdOf(failure)) || (failure instanceof Error && isRefusal(failure.cause)),
  );

/** The client's errors hold the broker's, one within another. */
export const failuresOf = (error: unknown): readonly unknown[] => {
  if (!(error instanceof Error && "errors" in error && Array.isArray(error.errors))) return [error];
  return error.errors.length === 0 ? [error] : error.errors.flatMap(failuresOf);
};

/** The broker's name of a failure, like `TOPIC_ALREADY_EXISTS`. */
export const apiIdOf = (failure: unknown): unknown =>
  failure instanceof Error && "apiId" in failure ? failure.apiId : undefined;

const wordsOf = (error: unknown): string => [...new Set(failuresOf(error).map(wordsOfOne))].join("; ");

const wordsOfOne = (failure: unknown): string => {
  if (!(failure instanceof Error)) return String(failure);
  const apiId = apiIdOf(failure);
  const words = typeof apiId === "string" ? `${apiId}: ${failure.message}` : failure.message;
  return failure.cause === undefined ? words : `${words} ${wordsOf(failure.cause)}`;
};
