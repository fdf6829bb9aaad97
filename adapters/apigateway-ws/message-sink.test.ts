import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { openMessageSink } from "./message-sink.ts";

/**
 * A gateway of one stage. Error answers are as the service model has them.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
const openGateway = async (listener: RequestListener): Promise<AsyncDisposable & { readonly endpoint: string }> => {
  Object.assign(process.env, { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" });
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/prod`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};

const answering = (status: number, errorType?: string): RequestListener => {
  return (request, response) => {
    request.resume().on("end", () => {
      response.writeHead(status, errorType === undefined ? {} : { "x-amzn-ErrorType": errorType });
      response.end(errorType === undefined ? "" : JSON.stringify({ message: "injected" }));
    });
  };
};

test("posts the text to the connection", async () => {
  const posted: string[] = [];
  await using gateway = await openGateway((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (text: string) => (body += text));
    request.on("end", () => {
      posted.push(`${request.method} ${request.url} ${body}`);
      response.end();
    });
  });
  await using sink = openMessageSink({ endpoint: gateway.endpoint });
  expect(await sink.post("L0SM9cOFvHcCIhw=", '{"type":"update"}')).toBe("sent");
  expect(posted).toEqual(['POST /prod/@connections/L0SM9cOFvHcCIhw%3D {"type":"update"}']);
});

test("tells a connection that is gone from one that is busy", async () => {
  for (const [status, errorType, result] of [
    [410, "GoneException", "gone"],
    [429, "LimitExceededException", "busy"],
    [429, "TooManyRequestsException", "busy"],
  ] as const) {
    await using gateway = await openGateway(answering(status, errorType));
    await using sink = openMessageSink({ endpoint: gateway.endpoint });
    expect(await sink.post("a", "{}")).toBe(result);
  }
});

test("rejects with our error whatever else is answered", async () => {
  for (const [status, errorType] of [
    [403, "ForbiddenException"],
    [413, "PayloadTooLargeException"],
    [500, "InternalServerErrorException"],
  ] as const) {
    await using gateway = await openGateway(answering(status, errorType));
    await using sink = openMessageSink({ endpoint: gateway.endpoint });
    await expect(sink.post("a", "{}")).rejects.toMatchObject({
      code: "TAPE_CONNECTION_UNAVAILABLE",
      isRetryable: true,
      cause: expect.objectContaining({ name: errorType }),
    });
  }
});

test("posts again when the first request finds its connection dead", async () => {
  let requests = 0;
  await using gateway = await openGateway((request, response) => {
    if (++requests === 1) request.socket.resetAndDestroy();
    else answering(200)(request, response);
  });
  await using sink = openMessageSink({ endpoint: gateway.endpoint });
  expect(await sink.post("a", "{}")).toBe("sent");
  expect(requests).toBe(2);
});

test("rejects with our error when nobody listens", async () => {
  await using sink = openMessageSink({ endpoint: "http://127.0.0.1:1/prod" });
  await expect(sink.post("a", "{}")).rejects.toMatchObject({ code: "TAPE_CONNECTION_UNAVAILABLE" });
});
