import { epochMs, type EpochMs } from "../units.ts";

/** Lets one client of one origin open one socket, soon. */
export interface Ticket {
  /** 128 random bits, as 22 characters of base64url. */
  readonly id: string;
  readonly expiresAtMs: EpochMs;
  /** Who asked for it, empty where nobody had to say. */
  readonly subject: string;
  /** The `Origin` of the page that asked for it, empty for what is no browser. */
  readonly origin: string;
}

/** A ticket as it was read, and what its seal must be checked with. */
export interface SealedTicket {
  readonly ticket: Ticket;
  /** All of the text but the seal. */
  readonly sealedText: string;
  /** 32 bytes as 43 characters of base64url. */
  readonly seal: string;
}

/**
 * The part of a ticket's text that its seal is made of. The whole is fit for a value of `Sec-WebSocket-Protocol`:
 *
 *     ticket = "ticket." id "." expiry "." subject "." origin "." seal
 *     expiry = 13 digits, milliseconds since 1970
 *     subject, origin = as in a URL's path, but for . ( ) which are escaped too
 *     seal = HMAC-SHA256 of all before the last dot
 *
 * Source: https://www.rfc-editor.org/rfc/rfc6455#section-4.1 (a subprotocol is a token)
 */
export const textToSeal = ({ id, expiresAtMs, subject, origin }: Ticket): string =>
  `ticket.${id}.${expiresAtMs}.${escaped(subject)}.${escaped(origin)}`;

/** The whole text of a ticket. */
export const ticketText = (sealedText: string, seal: string): string => `${sealedText}.${seal}`;

const FORM =
  /^(ticket\.([\w-]{22})\.(\d{13})\.((?:[\w!~*'-]|%[\dA-F]{2})*)\.((?:[\w!~*'-]|%[\dA-F]{2})*))\.([\w-]{43})$/;

/** Longer than any ticket that is handed out: nothing is gained by looking at more. */
const MAX_LENGTH = 2_048;

/** The ticket of a text, undefined if it has not the form of one. Its seal has yet to be checked. */
export const readTicket = (text: string): SealedTicket | undefined => {
  const match = text.length > MAX_LENGTH ? null : FORM.exec(text);
  if (match === null) return undefined;
  const [, sealedText = "", id = "", expiry = "", subject = "", origin = "", seal = ""] = match;
  const [plainSubject, plainOrigin] = [unescaped(subject), unescaped(origin)];
  if (plainSubject === undefined || plainOrigin === undefined) return undefined;
  const ticket = { id, expiresAtMs: epochMs(Number(expiry)), subject: plainSubject, origin: plainOrigin };
  return { ticket, sealedText, seal };
};

const escaped = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[.()]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Undefined when the escapes spell no text. */
const unescaped = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
};
