import { Duration, type RemovalPolicy } from "aws-cdk-lib";
import { Stats, type IMetric } from "aws-cdk-lib/aws-cloudwatch";
import type { Grant, IGrantable } from "aws-cdk-lib/aws-iam";
import { Stream, StreamConsumer, StreamEncryption, StreamMode } from "aws-cdk-lib/aws-kinesis";
import {
  KinesisConsumerEventSource,
  KinesisEventSource,
  type KinesisEventSourceProps,
} from "aws-cdk-lib/aws-lambda-event-sources";
import type { Construct } from "constructs";

export interface RecordStreamProps {
  readonly shards: number;
  /** How long records stay readable, at least 24 hours. @default Duration.hours(24) */
  readonly retention?: Duration;
  readonly removalPolicy: RemovalPolicy;
}

/** How a mapping reads the stream. */
export interface StreamEventSourceProps extends KinesisEventSourceProps {
  /** Whether it reads by an enhanced fan-out consumer of its own. */
  readonly hasFanOut: boolean;
}

/**
 * A Kinesis stream with a fixed number of shards, encrypted by AWS's own key. On-demand streams split shards by themselves,
 * which ends Lambda's windows at odd times and costs some twenty times as much for steady frames. Kinesis answers over TLS
 * alone.
 * Source: https://docs.aws.amazon.com/general/latest/gr/ak.html (protocols of its endpoints)
 */
export class RecordStream extends Stream {
  constructor(scope: Construct, id: string, props: RecordStreamProps) {
    super(scope, id, {
      streamMode: StreamMode.PROVISIONED,
      shardCount: props.shards,
      retentionPeriod: props.retention ?? Duration.hours(24),
      encryption: StreamEncryption.MANAGED,
      removalPolicy: props.removalPolicy,
    });
  }

  /** What drives a function with the records of this stream; see {@link grantRead} for its rights. */
  eventSource({ hasFanOut, ...props }: StreamEventSourceProps): KinesisEventSource | KinesisConsumerEventSource {
    if (!hasFanOut) return new KinesisEventSource(this, props);
    const consumer = new StreamConsumer(this, "Consumer", {
      stream: this,
      streamConsumerName: CONSUMER_NAME,
    });
    return new KinesisConsumerEventSource(consumer, props);
  }

  /**
   * Lets `grantee` read records: what Lambda asks for to poll a stream, and no more.
   * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
   */
  override grantRead(grantee: IGrantable): Grant {
    return this.grant(
      grantee,
      "kinesis:DescribeStream",
      "kinesis:DescribeStreamSummary",
      "kinesis:GetRecords",
      "kinesis:GetShardIterator",
      "kinesis:ListShards",
      "kinesis:SubscribeToShard",
    );
  }

  /** Lets `grantee` put frames and see where they stand. */
  grantPutFrames(grantee: IGrantable): void {
    this.grantPutRecords(grantee);
    this.grant(grantee, "kinesis:DescribeStreamSummary");
  }

  bytesIn(period: Duration, label: string): IMetric {
    return this.metric("IncomingBytes", { statistic: Stats.SUM, period, label });
  }

  /** Lets `grantee` put records, which only ever happens by the hundreds. */
  grantPutRecords(grantee: IGrantable): void {
    this.grant(grantee, "kinesis:PutRecords");
  }
}

/** A consumer's name must be its own within its stream alone. */
const CONSUMER_NAME = "tapestream";
