import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceNotFoundException as TableNotFound,
  type CreateTableCommandInput,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  ResourceNotFoundException as StreamNotFound,
  type KinesisClient,
} from "@aws-sdk/client-kinesis";
import { setTimeout as delay } from "node:timers/promises";
import type { Application, Resource } from "./application.ts";
import { objectOf } from "./json.ts";
import { integerProperty } from "./property.ts";

/** An on-demand stream starts with so many shards. Source: https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
const ON_DEMAND_SHARDS = 4;
const POLL_MS = 10;

/**
 * Creates the application's streams and tables where they are absent, and resolves when all can be used. One that is
 * there from an earlier start stays as it is: neither shard count nor keys are changed.
 *
 * The embedded DynamoDB has no time to live, so items never expire on this machine. Nobody may rely on expiry anyway:
 * it takes days, and expired items stay readable until then.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
export const provision = async (
  application: Application,
  clients: { readonly kinesis: KinesisClient; readonly dynamo: DynamoDBClient },
): Promise<void> => {
  const tables = ["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"].flatMap((type) => application.resources(type));
  await Promise.all([
    ...application.resources("AWS::Kinesis::Stream").map((stream) => provideStream(clients.kinesis, stream)),
    ...tables.map((table) => provideTable(clients.dynamo, table)),
  ]);
};

const provideStream = async (kinesis: KinesisClient, stream: Resource): Promise<void> => {
  const properties = stream.properties();
  const isOnDemand = objectOf(properties["StreamModeDetails"])["StreamMode"] === "ON_DEMAND";
  const shardCount = integerProperty(stream, properties, "ShardCount", isOnDemand ? ON_DEMAND_SHARDS : 1);
  await provide(
    async () => {
      const summary = new DescribeStreamSummaryCommand({ StreamName: stream.name });
      return (await kinesis.send(summary)).StreamDescriptionSummary?.StreamStatus;
    },
    (error) => error instanceof StreamNotFound,
    () => kinesis.send(new CreateStreamCommand({ StreamName: stream.name, ShardCount: shardCount })),
  );
};

const provideTable = async (dynamo: DynamoDBClient, table: Resource): Promise<void> => {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, LocalSecondaryIndexes } = table.properties();
  // The template's words are the API's; a wrong one is refused by the engine.
  const input = {
    TableName: table.name,
    AttributeDefinitions,
    KeySchema,
    GlobalSecondaryIndexes: indexesOf(GlobalSecondaryIndexes),
    LocalSecondaryIndexes: indexesOf(LocalSecondaryIndexes),
    BillingMode: "PAY_PER_REQUEST",
  } as CreateTableCommandInput;
  await provide(
    async () => (await dynamo.send(new DescribeTableCommand({ TableName: table.name }))).Table?.TableStatus,
    (error) => error instanceof TableNotFound,
    () => dynamo.send(new CreateTableCommand(input)),
  );
};

/** The indexes without their capacity: a table that is paid by the request has none. */
const indexesOf = (indexes: unknown): unknown =>
  Array.isArray(indexes)
    ? indexes.map(objectOf).map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection }))
    : undefined;

const provide = async (
  status: () => Promise<string | undefined>,
  isAbsent: (error: unknown) => boolean,
  create: () => Promise<unknown>,
): Promise<void> => {
  try {
    await status();
  } catch (error) {
    if (!isAbsent(error)) throw error;
    await create();
  }
  while ((await status()) !== "ACTIVE") await delay(POLL_MS);
};
