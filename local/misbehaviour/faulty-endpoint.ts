import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** What an AWS JSON service answers. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/**
 * Answers one request in the engine's place: `forward` asks the engine, with another body if need be. `traceId` names the
 * invocation that asks, if a function does.
 */
export type Intercept = (
  operation: string,
  body: Record<string, unknown>,
  forward: (body: Record<string, unknown>) => Promise<ServiceAnswer>,
  traceId: string | undefined,
) => Promise<ServiceAnswer>;

/** An endpoint on loopback that stands before an engine and misbehaves as AWS may. */
export const openFaultyEndpoint = async (
  engine: string,
  intercept: Intercept,
): Promise<AsyncDisposable & { readonly endpoint: string }> => {
  const server = createServer((request, response) => {
    answer(engine, intercept, request).then(
      ({ status, body }) => {
        response.writeHead(status, { "content-type": String(request.headers["content-type"]) });
        response.end(JSON.stringify(body));
      },
      // A client that has hung up or an engine that has ended: there is nobody left to be answered.
      () => response.destroy(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};

/** The answer that makes an SDK client throw an error of this name. */
export const serviceError = (name: string, status = 400): ServiceAnswer => ({
  status,
  body: { __type: name, message: "injected" },
});

const answer = async (engine: string, intercept: Intercept, request: IncomingMessage): Promise<ServiceAnswer> => {
  const body = (await bodyOf(request)) as Record<string, unknown>;
  const headers = {
    "content-type": String(request.headers["content-type"]),
    "x-amz-target": String(request.headers["x-amz-target"]),
    "x-amz-date": String(request.headers["x-amz-date"]),
    authorization: String(request.headers.authorization),
  };
  const operation = headers["x-amz-target"].split(".")[1] ?? "";
  const forward = async (forwarded: Record<string, unknown>): Promise<ServiceAnswer> => {
    const answered = await fetch(engine, { method: "POST", headers, body: JSON.stringify(forwarded) });
    const text = await answered.text();
    return { status: answered.status, body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>) };
  };
  return intercept(operation, body, forward, request.headers["x-amzn-trace-id"]?.toString());
};

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString());
};
