import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { createRandom } from "#core/random.ts";
import type { FaultQueue } from "./fault-queue.ts";
import type { Progress } from "./progress.ts";

export interface UnrulyManagementApiOptions {
  readonly queue: FaultQueue;
  readonly progress: Progress;
}

interface PostAnswer {
  readonly status: number;
  readonly errorType: string;
  readonly body: string;
}

/** A busy connection refuses so many posts at most: one that is offered four times misses what it was to be told. */
const BUSY_POSTS = 6;

const GONE: PostAnswer = { status: 410, errorType: "GoneException", body: '{"message":"Gone"}' };
const BUSY: PostAnswer = { status: 429, errorType: "LimitExceededException", body: '{"message":"Client buffer full"}' };

/**
 * An endpoint on loopback that stands before the `@connections` of a WebSocket API. Now and then it says of a connection
 * that lives that it is gone, or that it is busy.
 */
export const openUnrulyManagementApi = async (
  managementUrl: string,
  options: UnrulyManagementApiOptions,
): Promise<AsyncDisposable & { readonly endpoint: string }> => {
  const faults = new PostFaults(options);
  const target = new URL(managementUrl);
  const server = createServer((request, response) => {
    const fault = request.method === "POST" ? faults.take() : undefined;
    const answer = fault === undefined ? forward(target.origin, request) : refuse(request, fault);
    answer.then(
      ({ status, errorType, body }) => {
        const named = errorType === "" ? {} : { "x-amzn-errortype": errorType };
        response.writeHead(status, { "content-type": "application/json", ...named }).end(body);
      },
      // A client that has hung up or a gateway that has ended: there is nobody left to be answered.
      () => response.destroy(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}${target.pathname}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

class PostFaults {
  readonly #options: UnrulyManagementApiOptions;
  #busyPosts = 0;

  constructor(options: UnrulyManagementApiOptions) {
    this.#options = options;
  }

  /** What the next post is answered with, undefined for what the gateway says. */
  take(): PostAnswer | undefined {
    if (this.#busyPosts > 0) {
      this.#busyPosts--;
      return BUSY;
    }
    const { queue, progress } = this.#options;
    const fault = queue.take(progress.delivered, (kind) => kind === "gone-connection" || kind === "busy-connection");
    if (fault === undefined) return undefined;
    queue.injected(fault);
    if (fault.kind === "gone-connection") return GONE;
    this.#busyPosts = Math.floor(createRandom(fault.seed)() * BUSY_POSTS);
    return BUSY;
  }
}

const refuse = async (request: IncomingMessage, answer: PostAnswer): Promise<PostAnswer> => {
  await buffer(request);
  return answer;
};

const forward = async (origin: string, request: IncomingMessage): Promise<PostAnswer> => {
  const body = await buffer(request);
  const answered = await fetch(origin + request.url, {
    method: request.method ?? "GET",
    headers: { "content-type": request.headers["content-type"] ?? "application/octet-stream" },
    ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
  });
  return {
    status: answered.status,
    errorType: answered.headers.get("x-amzn-errortype") ?? "",
    body: await answered.text(),
  };
};
