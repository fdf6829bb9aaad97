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
  const Bucket = options.bucket;
  const ask = <Answer>(request: () => Promise<Answer>): Promise<Answer> => asked(Bucket, request);
  const keysBelow = async (prefix: string): Promise<string[]> => {
    const keys: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket, Prefix: prefix, ContinuationToken });
      const page = await ask(() => client.send(command));
      for (const { Key = "" } of page.Contents ?? []) keys.push(Key);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return keys;
  };
  const textOf = (key: string): Promise<string | undefined> =>
    ask(async () => {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: key }));
        return await Body?.transformToString();
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    });
  const doneKeys = async (): Promise<string[]> =>
    (await keysBelow(`${DONE}${WAITING}`)).map((key) => key.slice(DONE.length)).toSorted();
  return {
    list: async (state) => {
      if (state === "done") return doneKeys();
      const waiting = await keysBelow(WAITING);
      const done = new Set(await doneKeys());
      return waiting.filter((key) => !done.has(key)).toSorted();
    },

    read: async (key) => {
      const text = (await textOf(key)) ?? (await textOf(DONE + key));
      if (text === undefined) throw unreadable(key, "there is nothing");
      return readInvocationRecord(key, text);
    },

    finish: async (key) => {
      await ask(async () => {
        try {
          const CopySource = encodeURI(`${Bucket}/${key}`);
          await client.send(new CopyObjectCommand({ Bucket, Key: DONE + key, CopySource }));
        } catch (error) {
          if (!isAbsent(error)) throw error;
        }
        await client.send(new DeleteObjectCommand({ Bucket, Key: key }));
      });
    },

    [Symbol.asyncDispose]: async () => {
      if (options.client === undefined) client.destroy();
    },
  };
};

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
