import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { PipelineError } from "#core/errors.ts";

/** An AWS account in a region, as credentials, profile and AWS_ENDPOINT_URL of the environment give it. */
export interface Account extends Disposable {
  readonly region: string;
  readonly cloudFormation: CloudFormationClient;
  readonly cloudFront: CloudFrontClient;
  readonly dynamo: DynamoDBClient;
  readonly kinesis: KinesisClient;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly scheduler: SchedulerClient;
}

/**
 * The clients of an account; nothing is asked yet but for the region.
 * @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE without a region
 */
export const openAccount = async (): Promise<Account> => {
  // The CDK's tool knows both names of this variable, the SDK but one.
  const given = process.env["AWS_REGION"] || process.env["AWS_DEFAULT_REGION"];
  const region = given || (await asked("AWS", async () => new CloudFormationClient().config.region()));
  const clients = {
    cloudFormation: new CloudFormationClient({ region }),
    cloudFront: new CloudFrontClient({ region }),
    dynamo: new DynamoDBClient({ region }),
    // The SDK would speak HTTP/2, which nothing does that stands in for AWS.
    kinesis: new KinesisClient({ region, requestHandler: new NodeHttpHandler() }),
    lambda: new LambdaClient({ region }),
    // Whatever stands in for AWS at an address of its own has no host names for buckets.
    s3: new S3Client({ region, forcePathStyle: process.env["AWS_ENDPOINT_URL"] !== undefined }),
    scheduler: new SchedulerClient({ region }),
  };
  return {
    region,
    ...clients,
    [Symbol.dispose]: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
};

/** The region of the account, whose credentials are at hand. @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE without either */
export const regionOfAccount = async (): Promise<string> => {
  using account = await openAccount();
  await asked("AWS", () => account.dynamo.config.credentials());
  return account.region;
};

/** What `service` answers. @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE with one sentence for every failure. */
export const asked = async <Answer>(service: string, request: () => Promise<Answer>): Promise<Answer> => {
  try {
    return await request();
  } catch (cause) {
    if (cause instanceof PipelineError) throw cause;
    throw new PipelineError("TAPE_ACCOUNT_UNAVAILABLE", sentenceOf(service, cause), { cause });
  }
};

/** The same, but for one failure that is an answer: undefined. */
export const askedOr = <Answer>(
  service: string,
  isNothing: (error: Error) => boolean,
  request: () => Promise<Answer>,
): Promise<Answer | undefined> =>
  asked(service, async () => {
    try {
      return await request();
    } catch (error) {
      if (error instanceof Error && isNothing(error)) return undefined;
      throw error;
    }
  });

/** Where a stranger to AWS reads on. */
const NEEDS = "docs/deployment.md has what it takes";

const sentenceOf = (service: string, cause: unknown): string => {
  if (!(cause instanceof Error)) return `${service} must answer, failed with ${String(cause)}`;
  const [first] = cause.message.trim().split("\n");
  if (/^Region (is missing|not accepted)/.test(cause.message))
    return `a region must be named, was not: set AWS_REGION, like us-east-1 (${NEEDS})`;
  if (/^(CredentialsProvider|TokenProvider|ProviderError)/.test(cause.name))
    return `AWS credentials must be found, were not${absenceWords(process.env["AWS_PROFILE"])}; ${first} (${NEEDS})`;
  if (/ExpiredToken|InvalidClientTokenId|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch/.test(cause.name))
    return `AWS credentials must hold, did not (${cause.name}): sign in again`;
  return `${service} must answer, failed with ${cause.name}: ${first}`;
};

const absenceWords = (profile: string | undefined): string =>
  profile
    ? ` for the profile ${profile} that AWS_PROFILE names: sign in to it, or name another`
    : ": sign in, or set AWS_PROFILE";
