import { randomBytes } from "node:crypto";
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener } from "node:http";
import { createTicketKey } from "#adapters/node/ticket-key.ts";
import { pathOf, securityHeaders, SOCKET_PATH } from "#adapters/node/site.ts";
import type { Admission } from "#adapters/ws/sockets.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import type { TicketKeys } from "#core/ports/ticket-keys.ts";
import type { TicketStore } from "#core/ports/ticket-store.ts";
import { offeredProtocols } from "#core/protocol/subprotocol.ts";
import { epochMs } from "#core/units.ts";
import { admitTickets } from "#lambdas/authorizer/authorizer.ts";
import { loggedOrigin } from "#lambdas/authorizer/events.ts";
import { createTickets } from "#lambdas/authorizer/tickets.ts";
import type { TicketsConfig } from "./config.ts";

export interface AccessDeps {
  readonly tickets: TicketStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Where tickets are handed out, and who has one. */
export interface TicketAccess {
  /** As the page is told. */
  readonly ticketsUrl: string;
  /** Whether a request to upgrade asks for the socket at all; whose page it comes from is for the ticket to say. */
  readonly accepts: (request: IncomingMessage) => boolean;
  readonly admit: (request: IncomingMessage, connectionId: string) => Promise<Admission>;
  /** Whether a request is for tickets, which is answered then. */
  readonly answers: (...given: Parameters<RequestListener>) => boolean;
}

const TICKETS_PATH = "/tickets";
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const INTERNAL_ERROR = 500;
const ID_BYTES = 16;

/** The stages behind API Gateway's tickets and its authorizer, in this process. */
export const openTicketAccess = (config: TicketsConfig, { tickets, clock, log }: AccessDeps): TicketAccess => {
  const keys = keysOf(config.secret);
  const newId = (): string => randomBytes(ID_BYTES).toString("base64url");
  const { lifeMs: ticketLifeMs, allowedOrigins } = config;
  const hand = createTickets({ keys, clock, log, newId, ticketLifeMs, allowedOrigins });
  // Nobody else's page may read its ticket.
  const readableBy = (origin = ""): OutgoingHttpHeaders =>
    allowedOrigins.includes(origin) ? { "access-control-allow-origin": origin, vary: "origin" } : { vary: "origin" };
  const judge = admitTickets({ keys, tickets, clock });
  return {
    ticketsUrl: TICKETS_PATH.slice(1),
    accepts: (request) => pathOf(request) === SOCKET_PATH,
    admit: async ({ headers, socket }, connectionId) => {
      const { origin = "" } = headers;
      const protocols = offeredProtocols(headers["sec-websocket-protocol"]);
      if (protocols.length === 0) return { kind: "refused", statusCode: UNAUTHORIZED };
      const admission = await judge({ connectionId, origin, protocols });
      if (admission.kind === "admitted") return { kind: "admitted", identity: admission.subject || undefined };
      const about = { origin: loggedOrigin(origin), sourceIp: socket.remoteAddress, connectionId };
      log.warn("a client may not connect", { code: admission.code, ...about });
      return { kind: "refused", statusCode: FORBIDDEN };
    },
    answers: (request, response) => {
      if (pathOf(request) !== TICKETS_PATH || request.method !== "POST") return false;
      const sourceIp = request.socket.remoteAddress ?? "";
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      void hand({ headers, requestContext: { http: { sourceIp } } })
        .then(({ statusCode, headers: said, body }) =>
          response.writeHead(statusCode, { ...securityHeaders(), ...said, ...readableBy(headers["origin"]) }).end(body),
        )
        .catch((error: unknown) => {
          log.error("a ticket could not be made", { error, sourceIp });
          response.writeHead(INTERNAL_ERROR, securityHeaders()).end();
        });
      return true;
    },
  };
};

/** The one key of a secret that is in this process for as long as it lives. */
const keysOf = (secret: string): TicketKeys => {
  const version = { key: createTicketKey(secret), createdAtMs: epochMs(0) };
  return { versions: () => Promise.resolve([version]) };
};
