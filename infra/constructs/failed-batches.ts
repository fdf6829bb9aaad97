import { Stack, Validations } from "aws-cdk-lib";
import type { DlqDestinationConfig, IEventSourceDlq, IEventSourceMapping, IFunction } from "aws-cdk-lib/aws-lambda";
import type { Bucket } from "aws-cdk-lib/aws-s3";

/**
 * The bucket as the place where Lambda puts a batch it gave up, records included. The function's role may put and list;
 * the CDK's own destination would also let it read and delete.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export class FailedBatches implements IEventSourceDlq {
  readonly #bucket: Bucket;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  bind(_mapping: IEventSourceMapping, target: IFunction): DlqDestinationConfig {
    this.#bucket.grants.actionsOnBucketAndObjectKeys(target, "*", "s3:PutObject", "s3:ListBucket");
    if (target.role !== undefined)
      Validations.of(target.role).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${Stack.of(this.#bucket).stackName}:ExportsOutputFnGetAttFailures8A3E1A2FArnE85E26A7/*]`,
        reason: "Lambda chooses the keys of the batches that it gives up, all within this one bucket",
      });
    return { destination: this.#bucket.bucketArn };
  }
}
