import { KinesisClient, KinesisServiceException as ServiceException } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { setTimeout as delay } from "node:timers/promises";
import { PipelineError } from "#core/errors.ts";
import type { Clock } from "#core/ports/clock.ts";

export interface KinesisOptions {
  /** The stream's name. */
  readonly stream: string;
  /** Shared with others, and so left open on dispose. @default one of its own */
  readonly client?: KinesisClient;
  /** Waits between attempts. @default the wall clock */
  readonly clock?: Pick<Clock, "sleep">;
}

/**
 * A client that keeps its connections, over HTTP/1.1, which is all that embedded engines speak; endpoint, region and
 * credentials come from the environment.
 */
export const openKinesisClient = (): KinesisClient =>
  new KinesisClient({
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true },
      httpsAgent: { keepAlive: true },
    }),
  });

/**
 * Whether the same request may succeed later: throttling, a fault of the service's, or no answer, and no refusal such as a
 * missing permission or stream.
 */
const isPassing = (error: unknown): boolean => {
  const status = error instanceof ServiceException ? (error.$metadata.httpStatusCode ?? 500) : 500;
  return status >= 500 || status === 429 || (error instanceof Error && PASSING.has(error.name));
};

/** Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/CommonErrors.html */
const PASSING: ReadonlySet<string> = new Set([
  "KMSThrottlingException",
  "LimitExceededException",
  "ProvisionedThroughputExceededException",
  "RequestExpired",
  "ThrottlingException",
]);

/** One stream, asked through a client. */
export interface KinesisStream extends AsyncDisposable {
  readonly name: string;
  readonly clock: Pick<Clock, "sleep">;

  /**
   * What the stream answers. @throws PipelineError TAPE_STREAM_UNAVAILABLE for every failure of the client's but those
   * whose names are `expected`, which come out as they are.
   */
  ask<Answer>(request: (client: KinesisClient) => Promise<Answer>, expected?: readonly string[]): Promise<Answer>;
}

export const openStream = ({ stream, client, clock }: KinesisOptions): KinesisStream => {
  const used = client ?? openKinesisClient();
  return {
    name: stream,
    clock: clock ?? { sleep: (durationMs) => delay(durationMs) },
    ask: async (request, expected = []) => {
      try {
        return await request(used);
      } catch (cause) {
        if (cause instanceof Error && expected.includes(cause.name)) throw cause;
        const failure = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
        throw new PipelineError("TAPE_STREAM_UNAVAILABLE", `stream ${stream} must answer, failed with ${failure}`, {
          cause,
          retryable: isPassing(cause),
        });
      }
    },
    [Symbol.asyncDispose]: async () => {
      if (client === undefined) used.destroy();
    },
  };
};
