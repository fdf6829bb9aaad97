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
    return { destination: this.#bucket.bucketArn };
  }
}
