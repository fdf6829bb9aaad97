import { Duration, Fn, Stack, Validations } from "aws-cdk-lib";
import { MathExpression, Metric, Stats, type IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { EventSourceMapping, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { CfnServerlessCluster } from "aws-cdk-lib/aws-msk";
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from "aws-cdk-lib/custom-resources";
import { Trigger } from "aws-cdk-lib/triggers";
import { Construct } from "constructs";
import { frameLoadOf } from "#core/plan/frames.ts";
import { DEFAULT_LOAD } from "#core/plan/load.ts";
import { durationMs } from "#core/units.ts";
import { environment } from "#lambdas/ticks/topic-config.ts";
import type { TapestreamConfig } from "../config.ts";
import { ClosedNetwork } from "./closed-network.ts";
import { StageFunction } from "./stage-function.ts";

export interface MskTicksProps {
  readonly config: TapestreamConfig;
  readonly lambdasFolder: string;
}

const TOPIC = "ticks";
const GROUP = "tapestream-aggregators";

/**
 * The ticks as a topic of a cluster of MSK Serverless, encrypted by AWS's own key and entered by IAM over TLS alone, in a
 * network of its own. The topic is made, or brought to its settings, by a function that the deployment waits for: there is no
 * resource for a topic of a serverless cluster. The cluster goes with its stack, whatever becomes of other data: it would cost
 * by the hour, and its network could not go.
 * Source: https://docs.aws.amazon.com/msk/latest/developerguide/msk-topic-operations-information.html
 */
export class MskTicks extends Construct {
  readonly streamName = TOPIC;
  readonly brokers: string;
  readonly network: ClosedNetwork;
  /** How many frames a minute brings at the rate of the settings. */
  readonly framesPerMinute: number;
  readonly #props: MskTicksProps;
  readonly #cluster: CfnServerlessCluster;
  readonly #topicMade: Trigger;

  constructor(scope: Construct, id: string, props: MskTicksProps) {
    super(scope, id);
    this.#props = props;
    this.framesPerMinute = Math.ceil(60 * frameLoadOf({ ...DEFAULT_LOAD, ...props.config }).framesPerSecond);
    this.network = new ClosedNetwork(this, "Network", { hasKeyspaces: props.config.store === "keyspaces" });
    this.#cluster = new CfnServerlessCluster(this, "Cluster", {
      clusterName: Stack.of(this).stackName,
      clientAuthentication: { sasl: { iam: { enabled: true } } },
      vpcConfigs: [
        {
          subnetIds: [...this.network.subnetIds],
          securityGroups: [this.network.securityGroup.securityGroupId],
        },
      ],
    });
    this.brokers = this.#brokersOf(this.#cluster.attrArn);
    this.#topicMade = new Trigger(this, "TopicMade", { handler: this.#topicFunction(), timeout: Duration.minutes(2) });
    this.#topicMade.executeAfter(this.network);
  }

  /** Lets `target` write frames and see where they stand. */
  grantPutFrames(target: StageFunction): void {
    this.#allow(target, ["Connect", "WriteDataIdempotently"], ["DescribeTopic", "WriteData"]);
  }

  /**
   * Drives `target` with the topic's records, each partition's in order. A batch that fails is tried until it succeeds or
   * its records expire, and holds up its partitions alone: with a destination for failures Lambda would give it up after ten
   * tries, and an outage would take good trades out of the bars.
   * Source: https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html
   */
  drive(target: StageFunction): void {
    const { batchSize, batchingWindowSeconds } = this.#props.config;
    this.#allow(target, ["Connect", "DescribeClusterDynamicConfiguration"], ["DescribeTopic", "ReadData"]);
    // What Lambda's pollers do by the function's role.
    // Source: https://docs.aws.amazon.com/lambda/latest/dg/with-msk-permissions.html
    target.addToRolePolicy(
      new PolicyStatement({
        actions: ["kafka-cluster:DescribeGroup", "kafka-cluster:AlterGroup"],
        resources: [this.#arnOf("group", GROUP)],
      }),
    );
    target.addToRolePolicy(
      new PolicyStatement({
        actions: ["kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers"],
        resources: [this.#cluster.attrArn],
      }),
    );
    ClosedNetwork.letIn(target, "ec2:DescribeVpcs", "ec2:DescribeSecurityGroups");
    const mapping = new EventSourceMapping(target, "Ticks", {
      target,
      eventSourceArn: this.#cluster.attrArn,
      kafkaTopic: TOPIC,
      kafkaConsumerGroupId: GROUP,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize,
      maxBatchingWindow: Duration.seconds(batchingWindowSeconds),
    });
    this.#topicMade.executeBefore(mapping);
  }

  /**
   * Bytes of a period, as streams tell them: the cluster tells those of a second.
   * Source: https://docs.aws.amazon.com/msk/latest/developerguide/serverless-monitoring.html
   */
  bytesIn(period: Duration, label: string): IMetric {
    const bytesPerSecond = new Metric({
      namespace: "AWS/Kafka",
      metricName: "BytesInPerSec",
      dimensionsMap: { "Cluster Name": this.#cluster.clusterName, Topic: TOPIC },
      statistic: Stats.AVERAGE,
      period,
    });
    return new MathExpression({
      expression: "bytesPerSecond * PERIOD(bytesPerSecond)",
      usingMetrics: { bytesPerSecond },
      period,
      label,
    });
  }

  #topicFunction(): StageFunction {
    const { config, lambdasFolder } = this.#props;
    const target = new StageFunction(this, "TopicFunction", {
      stage: "ticks-topic",
      lambdasFolder,
      description: "Makes the ticks topic",
      environment: environment({
        ticksStream: TOPIC,
        ticksBrokers: this.brokers,
        ticksPartitions: config.shards,
        ticksRetentionMs: durationMs(config.ticksRetentionHours * 3_600_000),
      }),
      network: this.network,
      timeout: Duration.seconds(60),
      logLevel: config.logLevel,
      tracing: config.tracing,
    });
    this.#allow(
      target,
      ["Connect"],
      [
        "CreateTopic",
        "DescribeTopic",
        "AlterTopic",
        "DescribeTopicDynamicConfiguration",
        "AlterTopicDynamicConfiguration",
      ],
    );
    return target;
  }

  /** No attribute of the resource has the brokers' names. */
  #brokersOf(ClusterArn: string): string {
    const brokers = new AwsCustomResource(this, "Brokers", {
      onUpdate: {
        service: "Kafka",
        action: "getBootstrapBrokers",
        parameters: { ClusterArn },
        physicalResourceId: PhysicalResourceId.of("brokers"),
      },
      installLatestAwsSdk: false,
      policy: AwsCustomResourcePolicy.fromStatements([
        new PolicyStatement({ actions: ["kafka:GetBootstrapBrokers"], resources: [ClusterArn] }),
      ]),
    });
    acknowledgeAsker(brokers);
    return brokers.getResponseField("BootstrapBrokerStringSaslIam");
  }

  /** Source: https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html */
  #allow(target: StageFunction, ofCluster: readonly string[], ofTopic: readonly string[]): void {
    const statement = (actions: readonly string[], resource: string): PolicyStatement =>
      new PolicyStatement({ actions: actions.map((action) => `kafka-cluster:${action}`), resources: [resource] });
    target.addToRolePolicy(statement(ofCluster, this.#cluster.attrArn));
    target.addToRolePolicy(statement(ofTopic, this.#arnOf("topic", TOPIC)));
  }

  /** `arn:aws:kafka:…:cluster/NAME/ID` names what is in a cluster as `arn:aws:kafka:…:topic/NAME/ID/ticks`. */
  #arnOf(kind: "topic" | "group", name: string): string {
    const [before, after] = [0, 1].map((at) => Fn.select(at, Fn.split(":cluster/", this.#cluster.attrArn)));
    return Fn.join("", [before!, `:${kind}/`, after!, `/${name}`]);
  }
}

/** The function of the CDK's own that asks once per deployment. */
const acknowledgeAsker = (resource: AwsCustomResource): void => {
  const asker = Stack.of(resource)
    .node.findAll()
    .find(({ node }) => node.id === `AWS${AwsCustomResource.PROVIDER_FUNCTION_UUID.replaceAll("-", "")}`);
  if (asker === undefined) throw new RangeError("the CDK's function for calls of a deployment must be there, was not");
  Validations.of(asker).acknowledge(
    {
      id: "AwsSolutions-L1",
      reason: "the CDK chooses the runtime of its own function, which runs at deployments alone",
    },
    {
      id: "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]",
      reason: "the CDK's own function may write its log and ask for the brokers of this cluster, and nothing else",
    },
  );
};
