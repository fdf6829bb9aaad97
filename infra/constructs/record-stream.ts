import { Duration, type RemovalPolicy } from "aws-cdk-lib";
import { Stream, StreamEncryption, StreamMode } from "aws-cdk-lib/aws-kinesis";
import type { Construct } from "constructs";

export interface RecordStreamProps {
  readonly shards: number;
  /** How long records stay readable, at least 24 hours. @default Duration.hours(24) */
  readonly retention?: Duration;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * A Kinesis stream with a fixed number of shards. On-demand streams split shards by themselves, which ends Lambda's
 * windows at odd times and costs some twenty times as much for steady frames.
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
}
