import type { WebSocket } from "ws";
import { epochMs, type DurationMs, type EpochMs } from "#core/units.ts";
import type { CloudClock } from "./wall-clock.ts";
import type { ConnectionContext } from "./websocket-event.ts";

/** More than this unsent, and a client counts as too slow. API Gateway has such a limit too, but does not say which. */
const MAX_UNSENT_BYTES = 1_048_576;
const GOING_AWAY = 1001;

export interface SocketLimits {
  /** A connection ends after this long. */
  readonly connectionMs: DurationMs;
  /** A connection ends when nothing went over it for this long. */
  readonly idleMs: DurationMs;
}

/** An open socket, closed when it is idle or old. */
export class SocketConnection {
  readonly context: ConnectionContext;
  readonly #socket: WebSocket;
  readonly #clock: CloudClock;
  readonly #lifetime: NodeJS.Timeout;
  readonly #idle: NodeJS.Timeout;
  #lastActiveMs: EpochMs;

  constructor(socket: WebSocket, context: ConnectionContext, clock: CloudClock, limits: SocketLimits) {
    this.context = context;
    this.#socket = socket;
    this.#clock = clock;
    this.#lastActiveMs = clock.nowMs();
    this.#lifetime = setTimeout(() => this.close(GOING_AWAY, "Going away"), limits.connectionMs).unref();
    this.#idle = setTimeout(() => this.close(GOING_AWAY, "Going away"), limits.idleMs).unref();
    socket.once("close", () => {
      clearTimeout(this.#lifetime);
      clearTimeout(this.#idle);
    });
  }

  get lastActiveMs(): EpochMs {
    return this.#lastActiveMs;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** The client takes what is sent more slowly than it comes. */
  get isFull(): boolean {
    return this.#socket.bufferedAmount > MAX_UNSENT_BYTES;
  }

  /** Something went over the socket. */
  touch(): void {
    this.#lastActiveMs = epochMs(this.#clock.nowMs());
    this.#idle.refresh();
  }

  /** Sends one text message. */
  send(text: string): void {
    if (!this.isOpen) return;
    this.touch();
    this.#socket.send(text);
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }
}
