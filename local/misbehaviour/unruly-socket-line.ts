import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { createRandom } from "#core/random.ts";
import type { FaultQueue } from "./fault-queue.ts";
import type { Progress } from "./progress.ts";

export interface UnrulySocketLineOptions {
  readonly queue: FaultQueue;
  readonly progress: Progress;
}

/** A way to a WebSocket API on which sockets get lost. */
export interface UnrulySocketLine extends AsyncDisposable {
  /** What {@link openUnrulySocketLine} was given, with this way's own host. */
  readonly webSocketUrl: string;
  /** Loses every socket that is open. */
  loseAll(): void;
}

interface Line {
  readonly client: Socket;
  readonly server: Socket;
}

/** Stands before a gateway on loopback, and now and then loses a client's socket, if need be in the middle of a message. */
export const openUnrulySocketLine = async (
  webSocketUrl: string,
  { queue, progress }: UnrulySocketLineOptions,
): Promise<UnrulySocketLine> => {
  const target = new URL(webSocketUrl);
  const lines = new Lines();
  const listener = createServer((client) => {
    const line = { client, server: connect(Number(target.port), target.hostname) };
    lines.add(line);
    client.on("data", (bytes) => lines.has(line) && line.server.write(bytes));
    line.server.on("data", (bytes) => {
      if (!lines.has(line)) return;
      const fault = queue.take(progress.delivered, (kind) => kind === "lose-socket");
      if (fault === undefined) return void client.write(bytes);
      const random = createRandom(fault.seed);
      client.write(bytes.subarray(0, Math.floor(random() * bytes.length)));
      lines.lose(line, random() < 0.5);
      queue.injected(fault);
    });
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const ownUrl = new URL(webSocketUrl);
  ownUrl.port = String((listener.address() as AddressInfo).port);
  return {
    webSocketUrl: ownUrl.href,
    loseAll: () => lines.loseAll(),
    [Symbol.asyncDispose]: async () => {
      const closed = once(listener, "close");
      listener.close();
      lines.end();
      await closed;
    },
  };
};

/** The lines that are open, and the servers' ends of those that were lost without their noticing. */
class Lines {
  readonly #open = new Set<Line>();
  readonly #abandoned = new Set<Socket>();

  add(line: Line): void {
    this.#open.add(line);
    for (const end of [line.client, line.server]) {
      end.on("error", () => undefined);
      end.on("close", () => this.has(line) && this.lose(line, true));
    }
  }

  has(line: Line): boolean {
    return this.#open.has(line);
  }

  lose(line: Line, isNoticed: boolean): void {
    this.#open.delete(line);
    line.client.destroy();
    if (isNoticed) line.server.destroy();
    else this.#abandoned.add(line.server.resume());
  }

  loseAll(): void {
    for (const line of this.#open) this.lose(line, true);
  }

  end(): void {
    this.loseAll();
    for (const socket of this.#abandoned) socket.destroy();
  }
}
