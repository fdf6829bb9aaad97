import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { durationMs } from "#core/units.ts";
import { Sockets, type Admission, type SocketRoutes } from "./sockets.ts";

const PATIENT = { timeout: 5_000, interval: 5 };

let server: Server;
let sockets: Sockets;
let ids: string[];
let identities: string[];
let gone: string[];
let errors: unknown[];
let message: SocketRoutes["message"];
let admit: (protocols: string | undefined) => Promise<Admission>;

beforeEach(async () => {
  server = createServer();
  [ids, identities, gone, errors] = [[], [], [], []];
  admit = () => Promise.resolve({ kind: "admitted", identity: undefined });
  message = (id, text) => sockets.post(id, `heard ${text}`).then(() => undefined);
  sockets = new Sockets({
    server,
    accepts: (request) => request.url === "/socket",
    admit: ({ headers }) => admit(headers["sec-websocket-protocol"]),
    routes: {
      connect: async (id, identity) => {
        ids.push(id);
        if (identity !== undefined) identities.push(identity);
      },
      message: (id, text) => message(id, text),
      disconnect: async (id) => void gone.push(id),
    },
    connectionMs: durationMs(60_000),
    onError: (error) => errors.push(error),
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
});

afterEach(async () => {
  await sockets[Symbol.asyncDispose]();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const connect = async (path = "/socket", protocols: readonly string[] = []): Promise<WebSocket> => {
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const socket = new WebSocket(url, [...protocols]);
  await once(socket, "open");
  return socket;
};

const hears = async (socket: WebSocket): Promise<string> => {
  const [data] = (await once(socket, "message")) as [Buffer];
  return data.toString("utf8");
};

describe("the sockets of a process", () => {
  test("take messages in their order, one after the other, and answer them", async () => {
    const order: string[] = [];
    message = async (id, text) => {
      order.push(`begins ${text}`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`ends ${text}`);
      await sockets.post(id, text);
    };
    const socket = await connect();
    const answers: string[] = [];
    socket.on("message", (data: Buffer) => answers.push(data.toString("utf8")));
    for (const text of ["1", "2", "3"]) socket.send(text);
    await expect.poll(() => answers, PATIENT).toEqual(["1", "2", "3"]);
    expect(order).toEqual(["1", "2", "3"].flatMap((text) => [`begins ${text}`, `ends ${text}`]));
    socket.terminate();
  });

  test("tell a post whether it was sent or the connection is gone", async () => {
    const socket = await connect();
    await expect.poll(() => ids.length, PATIENT).toBe(1);
    const heard = hears(socket);
    expect(await sockets.post(ids[0]!, "hello")).toBe("sent");
    expect(await heard).toBe("hello");
    socket.close();
    await expect.poll(() => gone, PATIENT).toEqual(ids);
    expect([await sockets.post(ids[0]!, "hello"), sockets.count]).toEqual(["gone", 0]);
  });

  test("are closed from here as refused, once, and one that is gone is no error", async () => {
    const socket = await connect();
    await expect.poll(() => ids.length, PATIENT).toBe(1);
    const closed = once(socket, "close");
    await sockets.close(ids[0]!);
    expect((await closed)[0]).toBe(1008);
    await sockets.close("nobody");
  });

  test("say 1001 when the process ends, and let nobody in any more", async () => {
    const socket = await connect();
    const closed = once(socket, "close");
    await sockets[Symbol.asyncDispose]();
    expect((await closed)[0]).toBe(1001);
    expect(gone).toEqual(ids);
    await expect(connect()).rejects.toThrow("503");
  });

  test("close with 1011 when a message could not be obeyed", async () => {
    message = () => Promise.reject(new RangeError("a bug"));
    const socket = await connect();
    socket.send("x");
    expect((await once(socket, "close"))[0]).toBe(1011);
    expect(errors).toEqual([new RangeError("a bug")]);
  });

  test.each([
    ["binary", Buffer.alloc(3), 1003],
    ["too long", "x".repeat(32_769), 1009],
  ])("close when a message is %s", async (_, data, code) => {
    const socket = await connect();
    socket.send(data);
    expect((await once(socket, "close"))[0]).toBe(code);
  });

  test("are not opened where that is not accepted", async () => {
    await expect(connect("/other")).rejects.toThrow("403");
  });

  test("speak our subprotocol where it is offered, and never say a ticket", async () => {
    const socket = await connect("/socket", ["ticket.abc", "tapestream.v1"]);
    expect(socket.protocol).toBe("tapestream.v1");
    socket.terminate();
    await expect(connect("/socket", ["ticket.abc"])).rejects.toThrow("Server sent no subprotocol");
  });

  test("are opened by who is admitted, under a name", async () => {
    admit = async () => ({ kind: "admitted", identity: "ann" });
    (await connect()).terminate();
    expect(identities).toEqual(["ann"]);
  });

  test("are not opened by who is refused, nor when nobody can tell", async () => {
    admit = async () => ({ kind: "refused", statusCode: 401 });
    await expect(connect()).rejects.toThrow("401");
    admit = () => Promise.reject(new RangeError("a store that is down"));
    await expect(connect()).rejects.toThrow("500");
    expect([ids, errors]).toEqual([[], [new RangeError("a store that is down")]]);
  });
});
