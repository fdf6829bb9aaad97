import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { REGION } from "./attributes.ts";
import { discardHalfMade } from "./data-dir.ts";
import { openDynamoEngine, openKinesisEngine } from "./engines.ts";
import { openSecretsManager, type SecretsManager } from "./secrets-manager.ts";
import { openTemporaryDir } from "./temporary-dir.ts";

const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" } as const;

/** The embedded services of one cloud, and clients for them. */
export interface Services extends AsyncDisposable {
  readonly kinesis: KinesisClient;
  readonly dynamo: DynamoDBClient;
  readonly secrets: SecretsManager;
  /** The folder that holds a folder per bucket. */
  readonly bucketsDir: string;
  /** Where mappings keep how far they are. Undefined: nowhere. */
  readonly positionsDir: string | undefined;
  /** The variables with which any AWS SDK client reaches the services. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Opens engines that keep their data below `dataDir`. Without one, streams and buckets are in a temporary folder, as a day
 * of records would fill the memory, and tables nowhere.
 */
export const openServices = async (dataDir: string | undefined): Promise<Services> => {
  await using resources = new AsyncDisposableStack();
  if (dataDir !== undefined) await discardHalfMade(dataDir);
  const folder = dataDir ?? resources.use(await openTemporaryDir("local-cloud-")).dir;
  const bucketsDir = join(folder, "s3");
  await mkdir(bucketsDir, { recursive: true });
  const below = (name: string): { readonly path?: string } =>
    dataDir === undefined ? {} : { path: join(dataDir, name) };
  const kinesisEngine = resources.use(await openKinesisEngine({ path: join(folder, "kinesis") }));
  const dynamoEngine = resources.use(await openDynamoEngine(below("dynamodb")));
  const secrets = resources.use(await openSecretsManager());
  const kinesis = new KinesisClient(clientConfig(kinesisEngine.endpoint));
  const dynamo = new DynamoDBClient(clientConfig(dynamoEngine.endpoint));
  resources.defer(() => {
    kinesis.destroy();
    dynamo.destroy();
  });
  const opened = resources.move();
  return {
    kinesis,
    dynamo,
    secrets,
    bucketsDir,
    positionsDir: below("positions").path,
    environment: {
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_ENDPOINT_URL_DYNAMODB: dynamoEngine.endpoint,
      AWS_ENDPOINT_URL_KINESIS: kinesisEngine.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
      AWS_REGION: REGION,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
};

/** The embedded Kinesis speaks HTTP/1.1 only, which the Kinesis client does not by itself. */
const clientConfig = (endpoint: string) => ({
  endpoint,
  region: REGION,
  credentials: CREDENTIALS,
  requestHandler: new NodeHttpHandler(),
});
