/** What a client and a server that speak version 1 agree on while the socket opens. */
export const SUBPROTOCOL = "tapestream.v1";

/** Before a JSON Web Token among the subprotocols that a client offers. A ticket's text begins with `ticket.` by itself. */
export const TOKEN_PREFIX = "jwt.";
export const TICKET_PREFIX = "ticket.";

/** What a client offers: the members of a `Sec-WebSocket-Protocol` header, none for an absent one. */
export const offeredProtocols = (header: string | undefined): readonly string[] =>
  (header ?? "")
    .split(",")
    .map((member) => member.trim())
    .filter((member) => member !== "");
