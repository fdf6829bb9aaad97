import type { TicketKeyVersion } from "../ports/ticket-keys.ts";
import type { EpochMs } from "../units.ts";
import type { RefusalCode } from "./refusals.ts";
import { readTicket, type Ticket } from "./ticket.ts";

export type TicketJudgement =
  /** Good, if it has not been used. */
  { readonly kind: "good"; readonly ticket: Ticket } | { readonly kind: "refused"; readonly code: RefusalCode };

export interface TicketCircumstances {
  /** The `Origin` of who shows the ticket, empty without one. */
  readonly origin: string;
  readonly nowMs: EpochMs;
  readonly keys: readonly TicketKeyVersion[];
}

/** What to think of a ticket, but for whether it has been used. Nothing it says is looked at before its seal fits. */
export const judgeTicket = (text: string, { origin, nowMs, keys }: TicketCircumstances): TicketJudgement => {
  const sealed = readTicket(text);
  if (sealed === undefined) return refused("ticket-malformed");
  const { ticket, sealedText, seal } = sealed;
  if (!keys.some(({ key }) => key.isSealOf(sealedText, seal))) return refused("ticket-forged");
  if (ticket.expiresAtMs <= nowMs) return refused("ticket-expired");
  if (ticket.origin !== origin) return refused("origin-refused");
  return { kind: "good", ticket };
};

const refused = (code: RefusalCode): TicketJudgement => ({ kind: "refused", code });
