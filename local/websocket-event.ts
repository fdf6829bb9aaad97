import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { EpochMs } from "#core/units.ts";

/** What every event of one connection has in common. */
export interface ConnectionContext {
  readonly apiId: string;
  readonly stage: string;
  readonly domainName: string;
  readonly connectionId: string;
  readonly connectedAtMs: EpochMs;
  readonly identity: { readonly sourceIp: string; readonly userAgent: string };
  /** What the authorizer said of the client, undefined without one. */
  readonly authorizer: Readonly<Record<string, unknown>> | undefined;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** `21/Nov/2026:02:09:00 +0000`. */
const requestTime = (ms: EpochMs): string => {
  const [date = "", time = ""] = new Date(ms).toISOString().slice(0, 19).split("T");
  const [year, month, day] = date.split("-");
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time} +0000`;
};

const requestContext = (
  context: ConnectionContext,
  nowMs: EpochMs,
  about: { readonly routeKey: string; readonly eventType: "CONNECT" | "MESSAGE" | "DISCONNECT" },
): Readonly<Record<string, unknown>> => {
  const requestId = randomUUID();
  const { apiId, stage, domainName, connectionId, connectedAtMs, identity, authorizer } = context;
  return {
    ...about,
    messageDirection: "IN",
    stage,
    connectedAt: connectedAtMs,
    requestTime: requestTime(nowMs),
    requestTimeEpoch: nowMs,
    identity,
    requestId,
    extendedRequestId: requestId,
    domainName,
    connectionId,
    apiId,
    ...(authorizer === undefined ? {} : { authorizer }),
  };
};

/**
 * The event of `$connect`, with the headers and the query of the handshake.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
 */
export const connectEvent = (context: ConnectionContext, nowMs: EpochMs, request: IncomingMessage): object => {
  const [, search = ""] = (request.url ?? "").split("?");
  const query = groups([...new URLSearchParams(search)]);
  const headers = groups(pairs(request.rawHeaders));
  return {
    headers: lastOf(headers),
    multiValueHeaders: headers,
    ...(Object.keys(query).length === 0
      ? {}
      : { queryStringParameters: lastOf(query), multiValueQueryStringParameters: query }),
    requestContext: requestContext(context, nowMs, { routeKey: "$connect", eventType: "CONNECT" }),
    isBase64Encoded: false,
  };
};

/** The event of a message. */
export const messageEvent = (context: ConnectionContext, nowMs: EpochMs, routeKey: string, body: string): object => ({
  requestContext: {
    ...requestContext(context, nowMs, { routeKey, eventType: "MESSAGE" }),
    messageId: randomUUID(),
  },
  body,
  isBase64Encoded: false,
});

/** The event of `$disconnect`. */
export const disconnectEvent = (
  context: ConnectionContext,
  nowMs: EpochMs,
  close: { readonly code: number; readonly reason: string },
): object => ({
  headers: { Host: context.domainName },
  multiValueHeaders: { Host: [context.domainName] },
  requestContext: {
    ...requestContext(context, nowMs, { routeKey: "$disconnect", eventType: "DISCONNECT" }),
    disconnectStatusCode: close.code,
    disconnectReason: close.reason,
  },
  isBase64Encoded: false,
});

const pairs = (flat: readonly string[]): readonly (readonly [string, string])[] =>
  flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? ""] as const] : []));

const groups = (entries: readonly (readonly [string, string])[]): Readonly<Record<string, readonly string[]>> => {
  const grouped = Map.groupBy(entries, ([name]) => name);
  return Object.fromEntries([...grouped].map(([name, group]) => [name, group.map(([, value]) => value)]));
};

const lastOf = (grouped: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(grouped).map(([name, values]) => [name, values.at(-1) ?? ""]));
