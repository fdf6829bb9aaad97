import { Logger } from "@aws-lambda-powertools/logger";
import type { Log, LogFields } from "#core/ports/log.ts";

export interface LoggerOptions {
  /** Names the function in every line. */
  readonly service: string;
}

/** Logs JSON lines to the console, at the level that POWERTOOLS_LOG_LEVEL names. @default INFO */
export const openLogger = ({ service }: LoggerOptions): Log => {
  const logger = new Logger({ serviceName: service });
  return {
    info: (message, fields) => logger.info(message, extra(fields)),
    warn: (message, fields) => logger.warn(message, extra(fields)),
    error: (message, fields) => logger.error(message, extra(fields)),
  };
};

const extra = (fields: LogFields = {}): Record<string, unknown> => ({ ...fields });
