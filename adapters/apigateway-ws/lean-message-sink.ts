import Pool from "undici/lib/dispatcher/pool.js";
import type { Clock } from "#core/ports/clock.ts";
import type { MessageSink } from "#core/ports/message-sink.ts";
import type { DurationMs } from "#core/units.ts";
import type { CredentialSource } from "./credentials.ts";
import { ANSWER_TIMEOUT_MS, CONNECT_TIMEOUT_MS, MAX_SOCKETS, tryTwice, unavailable } from "./failures.ts";
import { createSigner, encodeSegment, hashOf } from "./signature.ts";

export interface LeanMessageSinkOptions {
  /** The base URL of the stage: `https://{api}.execute-api.{region}.amazonaws.com/{stage}`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: CredentialSource;
  readonly clock: Pick<Clock, "nowMs">;
  /** How long an answer may take. @default 5 seconds */
  readonly answerTimeoutMs?: DurationMs;
}

/**
 * Posts to the sockets of an API Gateway WebSocket API as the SDK's client does, for a fraction of its CPU time: a pool of
 * kept connections, and a signer that derives its key once a day. What an answer says is told by its status alone.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export const openLeanMessageSink = (options: LeanMessageSinkOptions): MessageSink & AsyncDisposable => {
  const { origin, host, pathname } = new URL(options.endpoint);
  const folder = `${pathname.replace(/\/$/, "")}/@connections/`;
  const timeoutMs = options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
  const pool = new Pool(origin, {
    connections: MAX_SOCKETS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  const sign = createSigner({ region: options.region, service: "execute-api", host });
  const bodyOf = keepLast(readBody);
  const attempt = async (path: string, { bytes, payloadHash }: Body): Promise<Answer> => {
    const unsigned = { path, contentType: CONTENT_TYPE, payloadHash };
    const headers = sign(unsigned, await options.credentials(), options.clock.nowMs());
    return request(pool, { path, headers, body: bytes });
  };
  return {
    post: async (connectionId, message) => {
      const path = folder + encodeSegment(connectionId);
      const body = bodyOf(message);
      const { status, errorType } = await tryTwice(() => attempt(path, body)).catch((cause: unknown) => {
        throw unavailable(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause), { cause });
      });
      if (status >= 200 && status < 300) return "sent";
      if (status === 410) return "gone";
      if (status === 429) return "busy";
      throw unavailable(`${status} ${errorType}`);
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
};

/** A quiet connection is kept for so long, or for as long as the gateway says: a handshake costs as much as many posts. */
const KEEP_ALIVE_MS = 60_000;

/** What the SDK's client sends. */
const CONTENT_TYPE = "application/octet-stream";

interface Body {
  readonly bytes: Buffer;
  readonly payloadHash: string;
}

const readBody = (message: string): Body => {
  const bytes = Buffer.from(message);
  return { bytes, payloadHash: hashOf(bytes) };
};

/** `derive`, with its last result kept: a flush posts one text to many connections, one after another. */
const keepLast = <Result>(derive: (text: string) => Result): ((text: string) => Result) => {
  let kept: { readonly text: string; readonly result: Result } | undefined;
  return (text) => {
    if (kept?.text !== text) kept = { text, result: derive(text) };
    return kept.result;
  };
};

interface Answer {
  readonly status: number;
  readonly errorType: string;
}

interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Rejects when no whole answer came. The answer's body is read and forgotten, so that its connection can be kept. */
const request = (pool: Pool, { path, headers, body }: Post): Promise<Answer> =>
  new Promise((resolve, reject) => {
    let answer = { status: 0, errorType: "" };
    pool.dispatch(
      { method: "POST", path, headers, body },
      {
        // Its presence tells undici which of its two kinds of handler this is.
        onRequestStart: () => {},
        onResponseStart: (_, status, { "x-amzn-errortype": errorType }) => {
          answer = { status, errorType: String(errorType ?? "without an error type") };
        },
        onResponseData: () => {},
        onResponseEnd: () => resolve(answer),
        onResponseError: (_, error) => reject(error),
      },
    );
  });
