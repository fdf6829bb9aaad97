import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { describe, expect, test } from "vitest";
import { closeCode, connect, lifecycle, nextMessage, openGateway, route } from "./fixtures/websocket.ts";

describe("@connections", () => {
  test("posts to a socket, tells of it and closes it", async () => {
    await using api = await openGateway({ routes: lifecycle });
    const socket = await connect(api.url);
    const ConnectionId = api.calls[0]?.requestContext.connectionId;
    const message = nextMessage(socket);
    await api.management.send(new PostToConnectionCommand({ ConnectionId, Data: "grüß dich" }));
    expect(await message).toBe("grüß dich");
    const about = await api.management.send(new GetConnectionCommand({ ConnectionId }));
    expect(about.Identity?.SourceIp).toBe("127.0.0.1");
    expect(about.LastActiveAt?.getTime()).toBeGreaterThanOrEqual(about.ConnectedAt?.getTime() ?? Infinity);
    const code = closeCode(socket);
    await api.management.send(new DeleteConnectionCommand({ ConnectionId }));
    expect(await code).toBe(1000);
    await expect(api.management.send(new PostToConnectionCommand({ ConnectionId, Data: "x" }))).rejects.toMatchObject({
      name: "GoneException",
      $metadata: { httpStatusCode: 410 },
    });
  });

  test("is gone for a socket that does not exist yet", async () => {
    const errors: unknown[] = [];
    await using api = await openGateway({ routes: [route("$default")] });
    const post = new PostToConnectionCommand({ ConnectionId: "never=", Data: "x" });
    await api.management.send(post).catch((error: unknown) => errors.push(error));
    expect(errors).toMatchObject([{ name: "GoneException" }]);
  });

  test("refuses more than 128 KB with 413, and a slow client with 429", async () => {
    await using api = await openGateway({ routes: lifecycle });
    const socket = await connect(api.url);
    const ConnectionId = api.calls[0]?.requestContext.connectionId;
    const post = (Data: string): Promise<unknown> =>
      api.management.send(new PostToConnectionCommand({ ConnectionId, Data }), {
        abortSignal: AbortSignal.timeout(5_000),
      });
    await expect(post("x".repeat(131_073))).rejects.toMatchObject({ name: "PayloadTooLargeException" });
    socket.pause();
    const limited = async (): Promise<unknown> => {
      for (;;) await post("x".repeat(131_072));
    };
    await expect(limited()).rejects.toMatchObject({ name: "LimitExceededException" });
    socket.terminate();
  });

  test("answers without the stage too, and nothing else", async () => {
    await using api = await openGateway({ routes: lifecycle });
    const base = api.url.replace("ws:", "http:").replace("/prod", "");
    const statuses = ["/@connections/x", "/prod/@connections/%ff", "/other"].map(
      async (path) => (await fetch(base + path)).status,
    );
    expect(await Promise.all(statuses)).toEqual([410, 403, 403]);
  });
});
