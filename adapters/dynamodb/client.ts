import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { PipelineError } from "#core/errors.ts";
import type { Clock } from "#core/ports/clock.ts";

/** Requests that one client has under way at most; the pane store keeps as many conditional writes in flight. */
export const MAX_SOCKETS = 64;

export interface DynamoOptions {
  /** The table's name. */
  readonly table: string;
  readonly clock: Clock;
  /** Shared with others, and so left open on dispose. @default one of its own */
  readonly client?: DynamoDBClient;
}

/** A client that keeps its connections; endpoint, region and credentials come from the environment. */
export const openDynamoClient = (): DynamoDBClient =>
  new DynamoDBClient({
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
    }),
  });

/** One table, asked through a client. */
export interface DynamoTable extends AsyncDisposable {
  readonly name: string;
  readonly clock: Clock;

  /**
   * What the table answers. @throws PipelineError TAPE_STORE_UNAVAILABLE for every failure of the client's but those whose
   * names are `expected`, which come out as they are.
   */
  ask<Answer>(request: (client: DynamoDBClient) => Promise<Answer>, expected?: readonly string[]): Promise<Answer>;
}

export const openTable = ({ table, clock, client }: DynamoOptions): DynamoTable => {
  const used = client ?? openDynamoClient();
  return {
    name: table,
    clock,
    ask: async (request, expected = []) => {
      try {
        return await request(used);
      } catch (cause) {
        if (cause instanceof Error && expected.includes(cause.name)) throw cause;
        throw unavailable(table, cause);
      }
    },
    [Symbol.asyncDispose]: async () => {
      if (client === undefined) used.destroy();
    },
  };
};

/** The error that says that `table` could not be asked. */
const unavailable = (table: string, cause: unknown): PipelineError => {
  const failure = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new PipelineError("TAPE_STORE_UNAVAILABLE", `table ${table} must answer, failed with ${failure}`, {
    cause,
    retryable: true,
  });
};
