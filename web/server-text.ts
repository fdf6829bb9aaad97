import type { FaultCode } from "#core/protocol/faults.ts";
import { PROTOCOL_VERSION, readServerMessage, type ServerMessage } from "#core/protocol/server-message.ts";

/**
 * What the server complained of, or what is to be said of a text from it: `unreadable` is no message, and `newer` one of
 * a later protocol.
 */
export interface SessionFault {
  readonly code: FaultCode | "unreadable" | "newer";
  readonly message: string;
}

/** What a server sent, or that it cannot be read. */
export type Told = ServerMessage | ({ readonly type: "error" } & SessionFault);

/** The message in what a server sent, or what is wrong with it. Never throws. */
export const readServerText = (text: string): Told => {
  try {
    return readServerMessage(text);
  } catch (error) {
    // a TypeError is that of a value that cannot even be shown as text
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    return { type: "error", ...faultOf(text, error.message) };
  }
};

/** A gateway that fails answers in words of its own. */
const faultOf = (text: string, reason: string): SessionFault => {
  const { version, type, message } = objectOf(text);
  if (typeof version === "number" && version > PROTOCOL_VERSION) return { code: "newer", message: reason };
  if (type === undefined && typeof message === "string") return { code: "unavailable", message };
  return { code: "unreadable", message: reason };
};

const objectOf = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
};
