/** Every code that an `error` message can bear. Codes are API. */
export const FAULT_CODES = [
  "invalid-bars",
  "invalid-since",
  "invalid-symbols",
  "malformed-json",
  "message-too-long",
  "missed-updates",
  "too-many-messages",
  "too-many-subscriptions",
  "too-many-symbols",
  "too-many-watched",
  "unavailable",
  "unknown-action",
  "unknown-interval",
] as const;

export type FaultCode = (typeof FAULT_CODES)[number];

/** Why a client's message was not obeyed. The message is for people and may change. */
export interface Fault {
  readonly code: FaultCode;
  readonly message: string;
}
