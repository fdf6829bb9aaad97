import { PipelineError } from "#core/errors.ts";

/** A post that no answer came to in this time has failed. */
export const ANSWER_TIMEOUT_MS = 5_000;
export const CONNECT_TIMEOUT_MS = 3_000;
/** Posts under way at once at most, each on a socket of its own; the others wait for one. */
export const MAX_SOCKETS = 64;

/** The error that says that the gateway could not be asked; `failure` is what it answered, or how it failed to. */
export const unavailable = (failure: string, options: ErrorOptions = {}): PipelineError =>
  new PipelineError("TAPE_CONNECTION_UNAVAILABLE", `the socket gateway must answer, failed with ${failure}`, {
    ...options,
    retryable: true,
  });

/**
 * What `attempt` comes to, tried again when the other side hung up without an answer: a kept connection may be dead after
 * a function was frozen. Posts bear repetition. What was not answered in time is not tried again, for it holds a socket.
 */
export const tryTwice = async <Answer>(attempt: () => Promise<Answer>): Promise<Answer> => {
  try {
    return await attempt();
  } catch (error) {
    if (!HUNG_UP.has((error as { readonly code?: unknown }).code)) throw error;
    return attempt();
  }
};

const HUNG_UP: ReadonlySet<unknown> = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);
