import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { GatewayAnswer, OpenSinkStage, SinkStage } from "#core/ports/message-sink.contract.ts";
import type { MessageSink } from "#core/ports/message-sink.ts";

export const CREDENTIALS = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  sessionToken: "IQoJb3JpZ2luX2VjE/+=".repeat(8),
};
export const REGION = "eu-central-1";

/** What a sink under test finds in its environment. */
export const ENVIRONMENT = {
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_SESSION_TOKEN: CREDENTIALS.sessionToken,
};

/**
 * A gateway of one stage on loopback, and a sink before it. It refuses what is not signed with {@link CREDENTIALS}; error
 * answers are as the service model has them.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export const openSinkStage = async (
  openSink: (endpoint: string) => MessageSink & AsyncDisposable,
  { isDown = false }: OpenSinkStage,
): Promise<SinkStage> => {
  const posts: { connectionId: string; message: string }[] = [];
  const answers: GatewayAnswer[] = [];
  let sockets = 0;
  let openSockets = 0;
  let mostSockets = 0;
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const connectionId = connectionIdOf(request);
    if (connectionId === undefined || !isSigned(request, body)) {
      reply(response, { status: 403, errorType: "InvalidSignatureException" });
      return;
    }
    posts.push({ connectionId, message: body.toString("utf8") });
    reply(response, answers.shift() ?? "sent");
  };
  const server = createServer((request, response) => void take(request, response));
  server.on("connection", (socket) => {
    sockets++;
    mostSockets = Math.max(mostSockets, ++openSockets);
    socket.on("close", () => openSockets--);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  if (isDown) await stop();
  const sink = openSink(`http://127.0.0.1:${port}/prod`);
  return {
    sink,
    posts,
    secrets: [CREDENTIALS.secretAccessKey, CREDENTIALS.sessionToken],
    get sockets() {
      return sockets;
    },
    get mostSockets() {
      return mostSockets;
    },
    answer: (...next) => void answers.push(...next),
    [Symbol.asyncDispose]: async () => {
      await sink[Symbol.asyncDispose]();
      await stop();
    },
  };
};

const reply = (response: ServerResponse, answer: GatewayAnswer): void => {
  if (answer === "silence") return;
  if (answer === "hang up") response.socket?.resetAndDestroy();
  else if (answer === "sent") response.writeHead(200).end();
  else {
    const headers = { "content-type": "application/json", "x-amzn-errortype": answer.errorType };
    response.writeHead(answer.status, headers).end(JSON.stringify({ message: "injected" }));
  }
};

const connectionIdOf = ({ method, url }: IncomingMessage): string | undefined => {
  const encoded = /^\/prod\/@connections\/([A-Za-z0-9\-._~%]+)$/.exec(url ?? "")?.[1];
  return method === "POST" && encoded !== undefined ? decodeURIComponent(encoded) : undefined;
};

/**
 * Whether the service would take the request, told from what came over the wire alone.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
const isSigned = ({ url = "", headers }: IncomingMessage, body: Buffer): boolean => {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/execute-api\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/;
  const [, key, day = "", region = "", names = "", signature] = pattern.exec(headers.authorization ?? "") ?? [];
  const time = String(headers["x-amz-date"]);
  const signed = names.split(";");
  const mustBeSigned = ["host", "x-amz-date", "x-amz-security-token"];
  if (key !== CREDENTIALS.accessKeyId || region !== REGION || !time.startsWith(day)) return false;
  if (headers["x-amz-security-token"] !== CREDENTIALS.sessionToken) return false;
  if (!mustBeSigned.every((name) => signed.includes(name)) || signed.join() !== signed.toSorted().join()) return false;
  const lines = signed.map((name) => `${name}:${String(headers[name]).trim()}\n`).join("");
  // Each segment is encoded twice: once on the wire, once more here.
  const path = url.split("/").map(encodeURIComponent).join("/");
  const canonical = ["POST", path, "", lines, names, sha256(body)].join("\n");
  const scope = `${day}/${region}/execute-api/aws4_request`;
  const signingKey = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${CREDENTIALS.secretAccessKey}`);
  return signature === hmac(signingKey, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString("hex");
};

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
