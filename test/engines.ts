import { CreateTableCommand, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { CreateStreamCommand, DescribeStreamSummaryCommand, type KinesisClient } from "@aws-sdk/client-kinesis";
import { openDynamoClient } from "#adapters/dynamodb/client.ts";
import { openKinesisClient } from "#adapters/kinesis/client.ts";
import { openDynamoEngine, openKinesisEngine } from "#local/engines.ts";

const TABLE_KEYS = {
  panes: ["bar", "pane"],
  checkpoints: ["stream", "shard"],
  connections: ["pk", "sk"],
  rejected: ["origin", "position"],
  leases: ["name"],
  tickets: ["id"],
  symbols: ["list", "symbol"],
} as const;

/** An embedded DynamoDB that every SDK client of this process finds. */
export interface TestDynamo extends AsyncDisposable {
  readonly endpoint: string;
  /** Makes an empty table of this kind, and returns its name once it can be used. */
  table(kind: keyof typeof TABLE_KEYS): Promise<string>;
}

export const openTestDynamo = async (): Promise<TestDynamo> => {
  const engine = await openDynamoEngine();
  useEngine("AWS_ENDPOINT_URL_DYNAMODB", engine.endpoint);
  const client = openDynamoClient();
  let made = 0;
  return {
    endpoint: engine.endpoint,
    table: async (kind) => {
      const TableName = `${kind}-${++made}`;
      const keys = TABLE_KEYS[kind].map(
        (AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? "HASH" : "RANGE" }) as const,
      );
      const AttributeDefinitions = keys.map(({ AttributeName }) => ({ AttributeName, AttributeType: "S" }) as const);
      await client.send(
        new CreateTableCommand({ TableName, KeySchema: keys, AttributeDefinitions, BillingMode: "PAY_PER_REQUEST" }),
      );
      for (;;) {
        const { Table } = await client.send(new DescribeTableCommand({ TableName }));
        if (Table?.TableStatus === "ACTIVE") return TableName;
      }
    },
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await engine[Symbol.asyncDispose]();
    },
  };
};

/** An embedded Kinesis that every SDK client of this process finds. */
export interface TestKinesis extends AsyncDisposable {
  readonly endpoint: string;
  readonly client: KinesisClient;
  /** Makes an empty stream, and returns its name once it can be used. */
  stream(shardCount?: number): Promise<string>;
  /** Resolves when the stream takes changes again. */
  active(stream: string): Promise<void>;
}

export const openTestKinesis = async (): Promise<TestKinesis> => {
  const engine = await openKinesisEngine();
  useEngine("AWS_ENDPOINT_URL_KINESIS", engine.endpoint);
  const client = openKinesisClient();
  let made = 0;
  const active = async (stream: string): Promise<void> => {
    for (;;) {
      const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName: stream }));
      if (StreamDescriptionSummary?.StreamStatus === "ACTIVE") return;
    }
  };
  return {
    endpoint: engine.endpoint,
    client,
    stream: async (shardCount = 1) => {
      const stream = `stream-${++made}`;
      await client.send(new CreateStreamCommand({ StreamName: stream, ShardCount: shardCount }));
      await active(stream);
      return stream;
    },
    active,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await engine[Symbol.asyncDispose]();
    },
  };
};

const useEngine = (variable: string, endpoint: string): void => {
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    [variable]: endpoint,
  });
};
