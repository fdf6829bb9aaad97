import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { PipelineError } from "#core/errors.ts";
import type { FailedBatchStore } from "#core/ports/failed-batch-store.ts";
import { DONE, readInvocationRecord, unreadable, WAITING } from "./invocation-record.ts";

export interface FailedBatchBucketOptions {
  /** The bucket's name. */
  readonly bucket: string;
  /** Shared with others, and so left open on dispose. @default one of its own */
  readonly client?: S3Client;
}

/**
 * Failed batches in an S3 bucket; endpoint, region and credentials come from the environment. A batch that is done is
 * copied below `redriven/`, then deleted: one cut short in between is both, and counts as done.
 */
export const openFailedBatchBucket = (options: FailedBatchBucketOptions): FailedBatchStore & AsyncDisposable => {
  const client = options.client ?? new S3Client({});
  const bucket: Bucket = { name: options.bucket, client };
  const doneKeys = async (): Promise<readonly string[]> =>
    (await keysBelow(bucket, `${DONE}${WAITING}`)).map((key) => key.slice(DONE.length)).toSorted();
  return {
    list: async (state) => {
      if (state === "done") return doneKeys();
      const waiting = await keysBelow(bucket, WAITING);
      const done = new Set(await doneKeys());
      return waiting.filter((key) => !done.has(key)).toSorted();
    },

    read: async (key) => {
      const text = (await textOf(bucket, key)) ?? (await textOf(bucket, DONE + key));
      if (text === undefined) throw unreadable(key, "there is nothing");
      return readInvocationRecord(key, text);
    },

    finish: (key) => moveToDone(bucket, key),

    [Symbol.asyncDispose]: async () => {
      if (options.client === undefined) client.destroy();
    },
  };
};

interface Bucket {
  readonly name: string;
  readonly client: S3Client;
}

const keysBelow = async ({ name, client }: Bucket, prefix: string): Promise<readonly string[]> => {
  const keys: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const command = new ListObjectsV2Command({ Bucket: name, Prefix: prefix, ContinuationToken });
    const page = await asked(name, () => client.send(command));
    for (const { Key = "" } of page.Contents ?? []) keys.push(Key);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return keys;
};

/** What stands under a key, undefined when nothing does. */
const textOf = ({ name, client }: Bucket, key: string): Promise<string | undefined> =>
  asked(name, async () => {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: key }));
      return await Body?.transformToString();
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  });

/** What is no longer there was moved before. */
const moveToDone = ({ name, client }: Bucket, key: string): Promise<void> =>
  asked(name, async () => {
    try {
      const CopySource = encodeURI(`${name}/${key}`);
      await client.send(new CopyObjectCommand({ Bucket: name, Key: DONE + key, CopySource }));
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
    await client.send(new DeleteObjectCommand({ Bucket: name, Key: key }));
  });

const isAbsent = (error: unknown): boolean => error instanceof Error && error.name === "NoSuchKey";

const asked = async <Answer>(bucket: string, request: () => Promise<Answer>): Promise<Answer> => {
  try {
    return await request();
  } catch (cause) {
    const failure = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new PipelineError("TAPE_STORE_UNAVAILABLE", `bucket ${bucket} must answer, failed with ${failure}`, {
      cause,
      retryable: true,
    });
  }
};
