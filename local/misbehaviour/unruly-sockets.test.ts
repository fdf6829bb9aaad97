import {
  ApiGatewayManagementApiClient,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import WebSocket, { WebSocketServer } from "ws";
import { openLoopbackServer } from "../loopback-server.ts";
import type { FaultKind } from "./fault-kind.ts";
import { FaultQueue } from "./fault-queue.ts";
import { Progress } from "./progress.ts";
import { openUnrulyManagementApi } from "./unruly-management-api.ts";
import { openUnrulySocketLine } from "./unruly-socket-line.ts";

/** Faults that are due at once, and what became of them. */
const due = (...kinds: readonly FaultKind[]) => {
  const injected: string[] = [];
  const faults = kinds.map((kind, seed) => ({ kind, atRecord: 0, seed }));
  const queue = new FaultQueue({ faults }, (event) => event.kind === "fault-injected" && injected.push(event.fault));
  return { shared: { queue, progress: new Progress() }, injected };
};

const connect = async (url: string): Promise<WebSocket> => {
  const socket = new WebSocket(url);
  await once(socket, "open");
  return socket;
};

const closeCode = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.on("error", () => undefined).once("close", resolve));

test("a socket is lost when something comes over it, and the next one serves", async () => {
  await using resources = new AsyncDisposableStack();
  const { server, host } = await openLoopbackServer(0);
  const echo = new WebSocketServer({ server, path: "/prod" });
  resources.defer(() => {
    for (const client of echo.clients) client.terminate();
    server.close();
  });
  echo.on("connection", (socket) => socket.on("message", (text: Buffer) => socket.send(text.toString())));
  const line = resources.use(await openUnrulySocketLine(`ws://${host}/prod`, due().shared));
  const socket = await connect(line.webSocketUrl);
  socket.send("first");
  expect(String((await once(socket, "message"))[0])).toBe("first");
  const code = closeCode(socket);
  line.loseAll();
  expect(await code).toBe(1006);
  const lossy = resources.use(await openUnrulySocketLine(`ws://${host}/prod`, due("lose-socket").shared));
  // what comes first over the line is the answer to the upgrade
  expect(await closeCode(new WebSocket(lossy.webSocketUrl))).toBe(1006);
  const again = await connect(lossy.webSocketUrl);
  again.send("second");
  expect(String((await once(again, "message"))[0])).toBe("second");
});

test("a connection that lives is said to be gone or busy, and then takes posts again", async () => {
  const posted: string[] = [];
  const gateway = createServer((request, response) => {
    posted.push(request.url ?? "");
    request.resume().on("end", () => response.end());
  }).listen(0, "127.0.0.1");
  await once(gateway, "listening");
  const { port } = gateway.address() as AddressInfo;
  const { shared, injected } = due("gone-connection", "busy-connection");
  const api = await openUnrulyManagementApi(`http://127.0.0.1:${port}/prod`, shared);
  const client = new ApiGatewayManagementApiClient({
    endpoint: api.endpoint,
    maxAttempts: 1,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const post = () => client.send(new PostToConnectionCommand({ ConnectionId: "abc=", Data: "text" }));
  await expect(post()).rejects.toBeInstanceOf(GoneException);
  await expect(post()).rejects.toBeInstanceOf(LimitExceededException);
  expect(injected).toEqual(["gone-connection", "busy-connection"]);
  const isTaken = (): Promise<boolean> =>
    post().then(
      () => true,
      () => false,
    );
  while (!(await isTaken())) expect(posted).toEqual([]);
  expect(posted).toEqual(["/prod/@connections/abc%3D"]);
  client.destroy();
  await api[Symbol.asyncDispose]();
  gateway.close();
});
