import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceNotFoundException as TableNotFound,
  type CreateTableCommandInput,
  type DynamoDBClient,
  type TableDescription,
} from "@aws-sdk/client-dynamodb";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  ListShardsCommand,
  ResourceNotFoundException as StreamNotFound,
  type KinesisClient,
} from "@aws-sdk/client-kinesis";
import { setTimeout as delay } from "node:timers/promises";
import { PipelineError } from "#core/errors.ts";
import type { Application, Resource } from "./application.ts";
import { objectOf } from "./json.ts";
import { integerProperty } from "./property.ts";

/** An on-demand stream starts with so many shards. Source: https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
const ON_DEMAND_SHARDS = 4;
const POLL_MS = 10;

/**
 * Creates the application's streams and tables where they are absent, and resolves when all can be used. One that is
 * there from an earlier start stays as it is, and must be what the template says: the keys of a table never change, and
 * nobody reshards a stream here. A stream that was resharded keeps its shards, as it would on AWS.
 *
 * The embedded DynamoDB has no time to live, so items never expire on this machine. Nobody may rely on expiry anyway:
 * it takes days, and expired items stay readable until then.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 * @throws PipelineError TAPE_DATA_UNAVAILABLE when kept data has another shape
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
  const StreamName = stream.name;
  await provide(`the stream ${StreamName}`, {
    status: async () => {
      const summary = new DescribeStreamSummaryCommand({ StreamName });
      return (await kinesis.send(summary)).StreamDescriptionSummary?.StreamStatus;
    },
    isAbsent: (error) => error instanceof StreamNotFound,
    create: () => kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: shardCount })),
    mustFit: async () => {
      const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
      const isResharded = Shards.some(({ ParentShardId }) => ParentShardId !== undefined);
      if (!isResharded && Shards.length !== shardCount)
        throw unfit(`the stream ${StreamName} must have ${shardCount} shards, as the app says, has ${Shards.length}`);
    },
  });
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
  const describe = async () => (await dynamo.send(new DescribeTableCommand({ TableName: table.name }))).Table;
  await provide(`the table ${table.name}`, {
    status: async () => (await describe())?.TableStatus,
    isAbsent: (error) => error instanceof TableNotFound,
    create: () => dynamo.send(new CreateTableCommand(input)),
    mustFit: async () => {
      const [meant, kept] = [keysOf(input), keysOf((await describe()) ?? {})];
      if (meant !== kept)
        throw unfit(`the table ${table.name} must have the keys ${meant}, as the app says, has ${kept}`);
    },
  });
};

/** The keys of a table and of its indexes in words, like `pk HASH S, sk RANGE S`. */
const keysOf = (table: TableShape): string => {
  const types = new Map(table.AttributeDefinitions?.map((of) => [of.AttributeName, of.AttributeType]));
  const wordsOf = (keys: TableShape["KeySchema"]): string =>
    (keys ?? []).map((key) => `${key.AttributeName} ${key.KeyType} ${types.get(key.AttributeName)}`).join(", ");
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])]
    .map(({ IndexName, KeySchema }) => `; ${IndexName}: ${wordsOf(KeySchema)}`)
    .toSorted();
  return [wordsOf(table.KeySchema), ...indexes].join("");
};

type TableShape = Pick<
  TableDescription,
  "AttributeDefinitions" | "KeySchema" | "GlobalSecondaryIndexes" | "LocalSecondaryIndexes"
>;

/** The indexes without their capacity: a table that is paid by the request has none. */
const indexesOf = (indexes: unknown): unknown =>
  Array.isArray(indexes)
    ? indexes.map(objectOf).map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection }))
    : undefined;

interface Provided {
  readonly status: () => Promise<string | undefined>;
  readonly isAbsent: (error: unknown) => boolean;
  readonly create: () => Promise<unknown>;
  /** @throws PipelineError TAPE_DATA_UNAVAILABLE when what was there is something else */
  readonly mustFit: () => Promise<void>;
}

const provide = async (what: string, { status, isAbsent, create, mustFit }: Provided): Promise<void> => {
  try {
    // Nobody else is at work: what is still being made here will never be whole.
    const kept = await status();
    if (kept !== "ACTIVE") throw unfit(`${what} must be whole, a run that was killed left it ${kept}`);
    return await mustFit();
  } catch (error) {
    if (!isAbsent(error)) throw error;
    await create();
  }
  while ((await status()) !== "ACTIVE") await delay(POLL_MS);
};

const unfit = (problem: string): PipelineError =>
  new PipelineError("TAPE_DATA_UNAVAILABLE", `${problem} in the data folder: name another one`);
