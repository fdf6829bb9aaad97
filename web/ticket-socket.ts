import { SUBPROTOCOL } from "#core/protocol/subprotocol.ts";
import type { Socket } from "./session.ts";

const TICKET_MS = 10_000;
const CONNECTING = 0;
const CLOSED = 3;

/**
 * A new ticket of the server at `url`. Rejects when there is none to be had in good time, with the status of the answer, if
 * there was one, as its cause.
 */
export const fetchTicket = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> => {
  const response = await fetch(url, { method: "POST", headers, signal: AbortSignal.timeout(TICKET_MS) });
  const { status: cause } = response;
  if (!response.ok) throw new RangeError(`tickets must be answered with 200, was ${cause}`, { cause });
  return ((await response.json()) as { readonly ticket: string }).ticket;
};

/** A socket that gets a ticket first, or another pass. Until it has opened, it can only be closed and listened to, as any other. */
export class TicketSocket extends EventTarget implements Socket {
  #socket: WebSocket | undefined;
  #isClosed = false;

  constructor(ticket: () => Promise<string>, open: (protocols: readonly string[]) => WebSocket) {
    super();
    ticket()
      .then((text) => this.#isClosed || this.#use(open([SUBPROTOCOL, text])))
      .catch(() => this.close());
  }

  get readyState(): Socket["readyState"] {
    return this.#socket?.readyState ?? (this.#isClosed ? CLOSED : CONNECTING);
  }

  send(data: string): void {
    this.#socket?.send(data);
  }

  close(): void {
    if (this.#socket !== undefined) return this.#socket.close();
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.dispatchEvent(new Event("close"));
  }

  #use(socket: WebSocket): void {
    this.#socket = socket;
    socket.addEventListener("open", () => this.dispatchEvent(new Event("open")));
    socket.addEventListener("message", ({ data }) => this.dispatchEvent(new MessageEvent("message", { data })));
    socket.addEventListener("close", () => this.dispatchEvent(new Event("close")));
  }
}
