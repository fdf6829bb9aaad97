import { DeleteBucketCommand, DeleteObjectsCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { PipelineError } from "#core/errors.ts";
import { askedOr, type Account } from "./account.ts";

const SERVICE = "S3";

/** Deletes every object of a bucket that may be absent, and returns how many there were. @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE */
export const emptyBucket = async (account: Account, bucket: string): Promise<number> => {
  let count = 0;
  await askedOr(SERVICE, isAbsent, async () => {
    for await (const { Contents = [] } of paginateListObjectsV2({ client: account.s3 }, { Bucket: bucket })) {
      if (Contents.length === 0) continue;
      const Objects = Contents.map(({ Key }) => ({ Key }));
      const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } });
      const { Errors = [] } = await account.s3.send(command);
      const [refused] = Errors;
      if (refused !== undefined)
        throw new PipelineError(
          "TAPE_DEPLOYMENT_FAILED",
          `${refused.Key} of ${bucket} must be deleted, was refused: ${refused.Code}`,
        );
      count += Contents.length;
    }
  });
  return count;
};

/** Deletes a bucket with all that is in it. @throws PipelineError TAPE_ACCOUNT_UNAVAILABLE */
export const deleteBucket = async (account: Account, bucket: string): Promise<void> => {
  await emptyBucket(account, bucket);
  await askedOr(SERVICE, isAbsent, () => account.s3.send(new DeleteBucketCommand({ Bucket: bucket })));
};

const isAbsent = ({ name }: Error): boolean => name === "NoSuchBucket";
