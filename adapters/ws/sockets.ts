import { randomUUID } from "node:crypto";
import { STATUS_CODES, type IncomingMessage, type Server } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { ConnectionCloser } from "#core/ports/connection-closer.ts";
import type { MessageSink, PostResult } from "#core/ports/message-sink.ts";
import { SOCKET_LIMITS } from "#core/protocol/socket-limits.ts";
import { SUBPROTOCOL } from "#core/protocol/subprotocol.ts";
import type { DurationMs } from "#core/units.ts";

/** What is done when a socket opens, speaks and is gone. Of one socket, one after the other. */
export interface SocketRoutes {
  /** `identity`: who the client is, where it had to say. */
  readonly connect: (connectionId: string, identity: string | undefined) => Promise<void>;
  readonly message: (connectionId: string, text: string) => Promise<void>;
  readonly disconnect: (connectionId: string) => Promise<void>;
}

/** Whether a client may open a socket. */
export type Admission =
  | { readonly kind: "admitted"; readonly identity: string | undefined }
  | { readonly kind: "refused"; readonly statusCode: number };

export interface SocketsOptions {
  readonly server: Server;
  /** Whether a request to upgrade may open a socket. */
  readonly accepts: (request: IncomingMessage) => boolean;
  /** Asked then, before the socket opens. @default everybody is admitted */
  readonly admit?: (request: IncomingMessage, connectionId: string) => Promise<Admission>;
  readonly routes: SocketRoutes;
  /** A connection ends after this long. */
  readonly connectionMs: DurationMs;
  /** A connection ends when nothing went over it for this long. @default 10 minutes, as on API Gateway */
  readonly idleMs?: DurationMs;
  /** Told of what a route throws; the socket is closed. */
  readonly onError: (error: unknown) => void;
}

/** As API Gateway's frames. */
const MAX_MESSAGE_BYTES = 32_768;
/** More than this unsent, and a client counts as too slow. */
const MAX_UNSENT_BYTES = 1_048_576;
const CLOSE = { goingAway: 1001, unsupported: 1003, refused: 1008, broken: 1011 } as const;
const GRACE_MS = 1_000;

interface OpenSocket {
  readonly socket: WebSocket;
  readonly idle: NodeJS.Timeout;
}

/**
 * The sockets of this process. A client that sends faster than it is answered is not read meanwhile. Disposing says 1001 to
 * all of them, so that they come back elsewhere, and waits until they are gone, for a second at most.
 */
export class Sockets implements MessageSink, ConnectionCloser, AsyncDisposable {
  readonly #options: SocketsOptions;
  readonly #open = new Map<string, OpenSocket>();
  readonly #upgrader = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    // By itself it would choose whatever comes first, a ticket too.
    handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
  });
  readonly #tasks = new Set<Promise<void>>();
  #isOver = false;

  constructor(options: SocketsOptions) {
    this.#options = options;
    options.server.on("upgrade", (request, socket, head) => void this.#upgrade(request, socket, head));
  }

  /** Sockets that are open. */
  get count(): number {
    return this.#open.size;
  }

  post(connectionId: string, message: string): Promise<PostResult> {
    return Promise.resolve(this.#post(connectionId, message));
  }

  close(connectionId: string): Promise<void> {
    this.#open.get(connectionId)?.socket.close(CLOSE.refused, "Too many messages");
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    for (const { socket } of this.#open.values()) socket.close(CLOSE.goingAway, "Going away");
    const over = delay(GRACE_MS, "over", { ref: false });
    while (this.#open.size > 0 || this.#tasks.size > 0)
      if ((await Promise.race([over, delay(5), ...this.#tasks])) === "over") break;
    for (const { socket } of this.#open.values()) socket.terminate();
  }

  #post(connectionId: string, message: string): PostResult {
    const open = this.#open.get(connectionId);
    if (open === undefined || open.socket.readyState !== open.socket.OPEN) return "gone";
    if (open.socket.bufferedAmount > MAX_UNSENT_BYTES) return "busy";
    open.idle.refresh();
    open.socket.send(message);
    return "sent";
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    const connectionId = randomUUID();
    const admission = await this.#admissionOf(request, connectionId);
    if (socket.destroyed) return;
    if (admission.kind === "refused") {
      const { statusCode } = admission;
      socket.end(`HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\nConnection: close\r\n\r\n`);
      return;
    }
    const begin = (webSocket: WebSocket): void => this.#begin(webSocket, connectionId, admission.identity);
    this.#upgrader.handleUpgrade(request, socket, head, begin);
  }

  async #admissionOf(request: IncomingMessage, connectionId: string): Promise<Admission> {
    const { accepts, admit, onError } = this.#options;
    if (!accepts(request)) return { kind: "refused", statusCode: 403 };
    try {
      const admission = (await admit?.(request, connectionId)) ?? { kind: "admitted", identity: undefined };
      return this.#isOver ? { kind: "refused", statusCode: 503 } : admission;
    } catch (error) {
      onError(error);
      return { kind: "refused", statusCode: 500 };
    }
  }

  #begin(socket: WebSocket, connectionId: string, identity: string | undefined): void {
    const { routes, connectionMs, idleMs = SOCKET_LIMITS.idleMs } = this.#options;
    const goAway = (): void => socket.close(CLOSE.goingAway, "Going away");
    const [idle, lifetime] = [setTimeout(goAway, idleMs).unref(), setTimeout(goAway, connectionMs).unref()];
    this.#open.set(connectionId, { socket, idle });
    let turn = this.#run(socket, Promise.resolve(), () => routes.connect(connectionId, identity));
    let waiting = 0;
    // `ws` closes the socket after an error of the client's.
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer, isBinary) => {
      idle.refresh();
      if (isBinary) return socket.close(CLOSE.unsupported, "Binary messages are not supported");
      waiting++;
      socket.pause();
      turn = this.#run(socket, turn, async () => {
        try {
          await routes.message(connectionId, data.toString("utf8"));
        } finally {
          if (--waiting === 0) socket.resume();
        }
      });
    });
    socket.on("close", () => {
      clearTimeout(idle);
      clearTimeout(lifetime);
      this.#open.delete(connectionId);
      void this.#run(socket, turn, () => routes.disconnect(connectionId));
    });
  }

  /** Does `work` when what came before is done. */
  #run(socket: WebSocket, before: Promise<void>, work: () => Promise<void>): Promise<void> {
    const task = before.then(work).catch((error: unknown) => {
      this.#options.onError(error);
      socket.close(CLOSE.broken, "Internal server error");
    });
    this.#tasks.add(task);
    return task.finally(() => this.#tasks.delete(task));
  }
}
