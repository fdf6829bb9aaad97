import { errors, types } from "cassandra-driver";
import { PipelineError } from "#core/errors.ts";

/** The error that says that `what` must be, and why it was not. */
export const storeUnavailable = (what: string, cause: unknown): PipelineError =>
  new PipelineError("TAPE_STORE_UNAVAILABLE", `${what}, failed with ${wordsOf(cause)}`, {
    cause,
    retryable: !isRefusal(cause),
  });

/** What a failure says in one line. The driver's own words for all hosts hold the stack of the first one's. */
const wordsOf = (error: unknown): string => {
  const ofHosts = Object.entries(innerErrorsOf(error)).map(([host, inner]) => `${host}: ${wordsOf(inner)}`);
  if (ofHosts.length > 0) return ofHosts.join("; ");
  return error instanceof Error ? `${error.name}: ${error.message.trim()}` : String(error);
};

/** By host, why each did not do what it was asked; nothing of what is not about hosts. */
const innerErrorsOf = (error: unknown): Readonly<Record<string, unknown>> =>
  error instanceof errors.NoHostAvailableError ? ((error.innerErrors as Record<string, unknown> | null) ?? {}) : {};

/** A node that cannot reach those that keep passwords says so in these words, and means that it may know later. */
const CANNOT_TELL = /^Unable to perform authentication/;

const UNAUTHORIZED: number = types.responseErrorCodes.unauthorized;

/** Whether a node refuses who asks, or the driver what it is told of the cluster: asking again changes nothing. */
const isRefusal = (error: unknown): boolean => {
  if (error instanceof errors.NoHostAvailableError) return Object.values(innerErrorsOf(error)).some(isRefusal);
  if (error instanceof errors.ArgumentError) return true;
  if (error instanceof errors.AuthenticationError) return !CANNOT_TELL.test(error.message);
  return error instanceof errors.ResponseError && error.code === UNAUTHORIZED;
};
