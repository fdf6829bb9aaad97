import type { Clock } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import type { TicketKeys } from "#core/ports/ticket-keys.ts";
import type { TicketStore } from "#core/ports/ticket-store.ts";
import type { TokenVerifier } from "#core/ports/token-verifier.ts";
import { offeredProtocols, TICKET_PREFIX, TOKEN_PREFIX } from "#core/protocol/subprotocol.ts";
import { judgeTicket } from "#core/tickets/judge.ts";
import type { RefusalCode } from "#core/tickets/refusals.ts";
import { headerOf, loggedOrigin, type ConnectEvent, type ConnectPolicy } from "./events.ts";

/** A client that wants to connect, and what it shows. */
export interface Visitor {
  readonly connectionId: string;
  /** Empty for what is no browser. */
  readonly origin: string;
  readonly protocols: readonly string[];
}

export type Admission =
  /** `subject` is empty where nobody had to say who they are. */
  | { readonly kind: "admitted"; readonly subject: string }
  /** `reason` is for logs, and holds nothing of what was shown. */
  | { readonly kind: "refused"; readonly code: RefusalCode; readonly reason?: string };

/** Decides about one visitor. */
export type Admit = (visitor: Visitor) => Promise<Admission>;

/** Called so where nobody had to say who they are. */
const ANONYMOUS = "anonymous";

/**
 * Lets clients connect or refuses them with 403, and says in the log why, but never what they showed. API Gateway itself
 * answers 401 to who shows nothing, and 500 when this fails because a store does.
 */
export const createAuthorizer =
  ({ admit, log }: { readonly admit: Admit; readonly log: Log }) =>
  async ({ methodArn, headers, requestContext }: ConnectEvent): Promise<ConnectPolicy> => {
    const { connectionId, identity } = requestContext;
    const origin = headerOf(headers, "origin") ?? "";
    const protocols = offeredProtocols(headerOf(headers, "sec-websocket-protocol"));
    const admission = await admit({ connectionId, origin, protocols });
    if (admission.kind === "admitted") return policy("Allow", admission.subject || ANONYMOUS, methodArn);
    const { code, reason } = admission;
    const { sourceIp } = identity ?? {};
    log.warn("a client may not connect", { code, reason, origin: loggedOrigin(origin), sourceIp, connectionId });
    return policy("Deny", ANONYMOUS, methodArn);
  };

const policy = (Effect: "Allow" | "Deny", principalId: string, Resource: string): ConnectPolicy => ({
  principalId,
  policyDocument: { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", Effect, Resource }] },
});

export interface TicketAdmissionDeps {
  readonly keys: TicketKeys;
  readonly tickets: TicketStore;
  readonly clock: Clock;
}

/** Admits who shows a ticket that is sealed with one of the keys, in its time, of the same origin, and used by nobody. */
export const admitTickets =
  ({ keys, tickets, clock }: TicketAdmissionDeps): Admit =>
  async ({ connectionId, origin, protocols }) => {
    const text = protocols.find((protocol) => protocol.startsWith(TICKET_PREFIX));
    if (text === undefined) return { kind: "refused", code: "credential-missing" };
    const judged = judgeTicket(text, { origin, nowMs: clock.nowMs(), keys: await keys.versions() });
    if (judged.kind === "refused") return judged;
    const isFirst = await tickets.use(judged.ticket, connectionId);
    return isFirst ? { kind: "admitted", subject: judged.ticket.subject } : { kind: "refused", code: "ticket-used" };
  };

export interface TokenAdmissionDeps {
  readonly verifier: TokenVerifier;
  /** Whose pages may connect; empty: anybody's, as a token is nothing that a browser adds by itself. */
  readonly allowedOrigins: readonly string[];
}

/** Admits who shows a JSON Web Token of the issuer. */
export const admitTokens =
  ({ verifier, allowedOrigins }: TokenAdmissionDeps): Admit =>
  async ({ origin, protocols }) => {
    const token = protocols.find((protocol) => protocol.startsWith(TOKEN_PREFIX))?.slice(TOKEN_PREFIX.length);
    if (token === undefined) return { kind: "refused", code: "credential-missing" };
    const isForeign = origin !== "" && allowedOrigins.length > 0 && !allowedOrigins.includes(origin);
    if (isForeign) return { kind: "refused", code: "origin-refused" };
    const reading = await verifier.verify(token);
    if (reading.kind === "refused") return { kind: "refused", code: "token-refused", reason: reading.reason };
    return { kind: "admitted", subject: reading.subject };
  };
