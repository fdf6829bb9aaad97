import { errors, types } from "cassandra-driver";
import { PipelineError } from "#core/errors.ts";

/** The error that says that `what` must be, and why it was not. */
export const storeUnavailable = (what: string, cause: unknown): PipelineError => {
  const failure = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new PipelineError("TAPE_STORE_UNAVAILABLE", `${what}, failed with ${failure}`, {
    cause,
    retryable: !isRefusal(cause),
  });
};

/** A node that cannot reach those that keep passwords says so in these words, and means that it may know later. */
const CANNOT_TELL = /^Unable to perform authentication/;

const UNAUTHORIZED: number = types.responseErrorCodes.unauthorized;

/** Whether a node refuses who asks: asking again changes nothing. */
const isRefusal = (error: unknown): boolean => {
  if (error instanceof errors.NoHostAvailableError) return Object.values<unknown>(error.innerErrors).some(isRefusal);
  if (error instanceof errors.AuthenticationError) return !CANNOT_TELL.test(error.message);
  return error instanceof errors.ResponseError && error.code === UNAUTHORIZED;
};
