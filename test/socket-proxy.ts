import { once } from "node:events";
import { WebSocket, WebSocketServer } from "ws";

/** Stands between clients and a WebSocket API, and does what networks do. */
export interface SocketProxy extends AsyncDisposable {
  readonly url: string;
  /** Whether clients are let through; to stop that ends every connection. */
  isOpen: boolean;
  /** Whether each message from the server comes twice, the second time behind the one that follows it. */
  doubles: boolean;
  /** Tells every client this, whatever it is. */
  say(text: string): void;
}

export const openSocketProxy = async (apiUrl: string): Promise<SocketProxy> => {
  // who may connect is said in the subprotocols and the origin, and the gateway decides
  const handleProtocols = (offered: Set<string>): string => [...offered][0]!;
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/api", handleProtocols });
  await once(server, "listening");
  let [isOpen, doubles] = [true, false];
  server.on("connection", (client: WebSocket, { headers }) => {
    if (!isOpen) return client.terminate();
    const offered = headers["sec-websocket-protocol"]?.split(",").map((each) => each.trim()) ?? [];
    const api = new WebSocket(apiUrl, offered, headers.origin === undefined ? {} : { origin: headers.origin });
    const waiting: string[] = [];
    let before: string | undefined;
    client.on("message", (data: Buffer) => {
      if (api.readyState === WebSocket.OPEN) api.send(data.toString());
      else waiting.push(data.toString());
    });
    api.on("open", () => {
      for (const text of waiting.splice(0)) api.send(text);
    });
    api.on("message", (data: Buffer) => {
      const text = data.toString();
      client.send(text);
      if (doubles && before !== undefined) client.send(before);
      before = text;
    });
    api.on("error", () => client.terminate());
    api.on("close", () => client.terminate());
    client.on("close", () => api.terminate());
  });
  const drop = (): void => {
    for (const client of server.clients) client.terminate();
  };
  return {
    url: `ws://127.0.0.1:${(server.address() as { port: number }).port}/api`,
    get isOpen() {
      return isOpen;
    },
    set isOpen(isLetThrough) {
      isOpen = isLetThrough;
      if (!isLetThrough) drop();
    },
    get doubles() {
      return doubles;
    },
    set doubles(areDoubled) {
      doubles = areDoubled;
    },
    say: (text) => {
      for (const client of server.clients) client.send(text);
    },
    [Symbol.asyncDispose]: async () => {
      drop();
      server.close();
      await once(server, "close");
    },
  };
};
