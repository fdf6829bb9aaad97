import { DeleteTableCommand, DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { DeleteStreamCommand, DescribeStreamSummaryCommand } from "@aws-sdk/client-kinesis";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { askedOr, type Account } from "./account.ts";
import { deleteBucket } from "./buckets.ts";
import { dropKeyspace, hasKeyspace } from "./keyspaces.ts";
import type { DeployedResource } from "./stacks.ts";

/** A resource that holds data. */
export interface KeptData {
  readonly kind: "table" | "keyspace" | "stream" | "bucket";
  readonly name: string;
  /** It stays when its stack goes. */
  readonly isRetained: boolean;
  /** Of a table, as DynamoDB counted it last. */
  readonly bytes: number;
}

const KINDS: Readonly<Record<string, KeptData["kind"]>> = {
  "AWS::DynamoDB::Table": "table",
  "AWS::Cassandra::Keyspace": "keyspace",
  "AWS::Kinesis::Stream": "stream",
  "AWS::S3::Bucket": "bucket",
};

/** Those of `resources` that hold data and are there, in the order of their stacks. @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE */
export const dataAmong = async (
  account: Account,
  resources: readonly DeployedResource[],
): Promise<readonly KeptData[]> => {
  const found: KeptData[] = [];
  for (const { type, physicalId: name, isRetained } of resources) {
    const kind = KINDS[type];
    if (kind === undefined || name === "") continue;
    const bytes = await sizeOf(account, kind, name);
    if (bytes !== undefined) found.push({ kind, name, isRetained, bytes });
  }
  return found;
};

/** Undefined where it is absent or already on its way out. */
const sizeOf = async (account: Account, kind: KeptData["kind"], name: string): Promise<number | undefined> => {
  switch (kind) {
    case "table": {
      const answer = await askedOr("DynamoDB", isAbsent, () =>
        account.dynamo.send(new DescribeTableCommand({ TableName: name })),
      );
      const table = answer?.Table;
      return table === undefined || table.TableStatus === "DELETING" ? undefined : (table.TableSizeBytes ?? 0);
    }
    case "keyspace":
      return (await hasKeyspace(account, name)) ? 0 : undefined;
    case "stream": {
      const answer = await askedOr("Kinesis", isAbsent, () =>
        account.kinesis.send(new DescribeStreamSummaryCommand({ StreamName: name })),
      );
      const status = answer?.StreamDescriptionSummary?.StreamStatus;
      return status === undefined || status === "DELETING" ? undefined : 0;
    }
    case "bucket": {
      const answer = await askedOr("S3", isAbsent, () =>
        account.s3.send(new ListObjectsV2Command({ Bucket: name, MaxKeys: 1 })),
      );
      return answer === undefined ? undefined : 0;
    }
  }
};

const isAbsent = ({ name }: Error): boolean => name === "ResourceNotFoundException" || name === "NoSuchBucket";

/** Deletes it for good, with all that it holds. @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE */
export const deleteData = async (account: Account, { kind, name }: KeptData): Promise<void> => {
  switch (kind) {
    case "table":
      await askedOr("DynamoDB", isAbsent, () => account.dynamo.send(new DeleteTableCommand({ TableName: name })));
      return;
    case "keyspace":
      await dropKeyspace(account, name);
      return;
    case "stream":
      await askedOr("Kinesis", isAbsent, () =>
        account.kinesis.send(new DeleteStreamCommand({ StreamName: name, EnforceConsumerDeletion: true })),
      );
      return;
    case "bucket":
      await deleteBucket(account, name);
  }
};
