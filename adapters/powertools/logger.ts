import { Logger } from "@aws-lambda-powertools/logger";
import type { Log, LogFields } from "#core/ports/log.ts";

export interface LoggerOptions {
  /** Names the function in every line. */
  readonly service: string;
}

/** The part of Lambda's context that its lines bear. */
export interface TracedContext {
  readonly awsRequestId: string;
}

export interface FunctionLog extends Log {
  /**
   * The same handler; all lines from the start of an invocation to the start of the next bear its `requestId`, as Lambda's
   * own START, END and REPORT lines do. A function's process runs one invocation at a time. What it rejects with is logged
   * as an error with its code and thrown on: Lambda's runtime writes it as a line of its own, whose level queries do not find.
   */
  traced<Event, Context, Result>(
    handle: (event: Event, context: Context) => Promise<Result>,
  ): (event: Event, context: Context & TracedContext) => Promise<Result>;
}

/** Logs JSON lines to the console, at the level that POWERTOOLS_LOG_LEVEL names. @default INFO */
export const openLogger = ({ service }: LoggerOptions): FunctionLog => {
  const logger = new Logger({ serviceName: service });
  return {
    info: (message, fields) => logger.info(message, extra(fields)),
    warn: (message, fields) => logger.warn(message, extra(fields)),
    error: (message, fields) => logger.error(message, extra(fields)),
    traced: (handle) => async (event, context) => {
      logger.appendKeys({ requestId: context.awsRequestId });
      try {
        return await handle(event, context);
      } catch (error) {
        logger.error("invocation failed", extra({ error }));
        throw error;
      }
    },
  };
};

const extra = (fields: LogFields = {}): Record<string, unknown> => ({ ...fields });
