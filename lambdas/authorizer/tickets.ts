import type { Clock } from "#core/ports/clock.ts";
import type { Log } from "#core/ports/log.ts";
import type { TicketKeys } from "#core/ports/ticket-keys.ts";
import { sealingKey } from "#core/tickets/keys.ts";
import { textToSeal, ticketText } from "#core/tickets/ticket.ts";
import { epochMs, type DurationMs } from "#core/units.ts";
import { headerOf, loggedOrigin, type HttpEvent, type HttpResponse } from "./events.ts";

export interface TicketsDeps {
  readonly keys: TicketKeys;
  readonly clock: Clock;
  readonly log: Log;
  /** 128 random bits, as 22 characters of base64url. */
  readonly newId: () => string;
  readonly ticketLifeMs: DurationMs;
  /** Pages that may ask from elsewhere. Those of the host that they ask always may. */
  readonly allowedOrigins: readonly string[];
}

/**
 * Hands out tickets, each for the origin of who asks. A browser says truthfully whose page asks, and whether that is the
 * host's own; who is no browser can say anything, and is held by the ticket and the limits alone.
 * Source: https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export const createTickets =
  ({ keys, clock, log, newId, ticketLifeMs, allowedOrigins }: TicketsDeps) =>
  async ({ headers, requestContext: { http, authorizer } }: HttpEvent): Promise<HttpResponse> => {
    const origin = headerOf(headers, "origin") ?? "";
    const isOwn = headerOf(headers, "sec-fetch-site") === "same-origin";
    if (origin !== "" && !isOwn && !allowedOrigins.includes(origin)) {
      const about = { origin: loggedOrigin(origin), sourceIp: http.sourceIp };
      log.warn("a page may not have a ticket", { code: "origin-refused", ...about });
      return answer(403, { code: "origin-refused", message: "pages of this origin may not have tickets" });
    }
    const subject = authorizer?.jwt?.claims?.["sub"];
    const nowMs = clock.nowMs();
    const text = textToSeal({
      id: newId(),
      expiresAtMs: epochMs(nowMs + ticketLifeMs),
      subject: typeof subject === "string" ? subject : "",
      origin,
    });
    const seal = sealingKey(await keys.versions(), nowMs).sealOf(text);
    return answer(200, { ticket: ticketText(text, seal), expiresInMs: ticketLifeMs });
  };

const answer = (statusCode: number, body: object): HttpResponse => ({
  statusCode,
  headers: { "content-type": "application/json", "cache-control": "no-store" },
  body: JSON.stringify(body),
});
