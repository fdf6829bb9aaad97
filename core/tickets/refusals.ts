/** Why a client may not have a ticket, or may not connect. Logs bear these codes; they are API. */
export const REFUSAL_CODES = [
  "credential-missing",
  "origin-refused",
  "ticket-expired",
  "ticket-forged",
  "ticket-malformed",
  "ticket-used",
  "token-refused",
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];
