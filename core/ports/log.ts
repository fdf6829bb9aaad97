/** What goes with a message: plain values by name, units at the ends of the names. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Tells whoever operates the pipeline. A field of the name `error` holds an error, told with its causes. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
