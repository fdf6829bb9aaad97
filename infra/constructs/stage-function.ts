import { existsSync } from "node:fs";
import { join } from "node:path";
import { RemovalPolicy, Stack, Validations, type Duration } from "aws-cdk-lib";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function, Runtime, Tracing, type FunctionProps } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct, IConstruct } from "constructs";
import { metricsNamespaceOf, stageOfStack } from "#core/deployment.ts";
import { PipelineError } from "#core/errors.ts";
import { ClosedNetwork } from "./closed-network.ts";

export interface StageFunctionProps {
  /** The bundle's folder within `lambdasFolder`, and the name that log lines bear. */
  readonly stage: string;
  /** What its bundle was built to speak to besides DynamoDB and Kinesis, as its name says. @default nothing */
  readonly engines?: readonly string[];
  /** Where the bundles are; see `tools/build.ts`. */
  readonly lambdasFolder: string;
  readonly description: string;
  /** What the stage's `environment(config)` wrote. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where it runs. @default in no network of ours */
  readonly network?: ClosedNetwork;
  readonly timeout: Duration;
  /** @default 256 */
  readonly memoryMiB?: number;
  readonly logLevel: string;
  /** Whether X-Ray samples its invocations. @default none */
  readonly tracing?: "none" | "xray";
}

/**
 * One stage as a Lambda function: its built bundle on Node 24 and arm64, with a log group of its own. Its role may
 * write to that log group and nothing else until something is granted to it, and nothing at all without TLS.
 */
export class StageFunction extends Function {
  /** The name that its bundle, its log lines and its metrics bear. */
  readonly stage: string;

  constructor(scope: Construct, id: string, props: StageFunctionProps) {
    const logGroup = logsOf(scope, `${id}Logs`);
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    super(scope, id, {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundleFolder(props)),
      handler: "index.handler",
      memorySize: props.memoryMiB ?? 256,
      timeout: props.timeout,
      environment: {
        ...props.environment,
        POWERTOOLS_SERVICE_NAME: props.stage,
        POWERTOOLS_LOG_LEVEL: props.logLevel,
        POWERTOOLS_METRICS_NAMESPACE: metricsNamespaceIn(scope),
      },
      logGroup,
      role,
      tracing: props.tracing === "xray" ? Tracing.ACTIVE : Tracing.DISABLED,
      ...(props.network === undefined ? {} : insideOf(props.network)),
    });
    this.stage = props.stage;
    if (props.network !== undefined)
      ClosedNetwork.letIn(this, ...(props.engines?.includes("keyspaces") ? ENDPOINT_ACTIONS : []));
    if (props.tracing === "xray")
      Validations.of(role).acknowledge({
        id: "AwsSolutions-IAM5[Resource::*]",
        reason: "segments of X-Ray have no ARN to which sending them could be limited",
      });
    logGroup.grantWrite(this);
    this.addToRolePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        actions: ["*"],
        resources: ["*"],
        conditions: { Bool: { "aws:SecureTransport": "false" } },
      }),
    );
  }
}

/**
 * By this right of whoever asks, and that to see interfaces, Keyspaces tells a driver of the addresses of its endpoint in a
 * network, one a zone; without it the driver knows the one that it asked first.
 * Source: https://docs.aws.amazon.com/keyspaces/latest/devguide/vpc-endpoints.html#system_peers
 */
const ENDPOINT_ACTIONS = ["ec2:DescribeVpcEndpoints"];

/** The namespace of the metrics that functions of this construct's stack emit. */
export const metricsNamespaceIn = (scope: IConstruct): string =>
  metricsNamespaceOf(stageOfStack(Stack.of(scope).stackName) ?? "");

const logsOf = (scope: Construct, id: string): LogGroup =>
  new LogGroup(scope, id, { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });

const insideOf = ({ vpc, securityGroup }: ClosedNetwork): Partial<FunctionProps> => ({
  vpc,
  vpcSubnets: { subnets: vpc.isolatedSubnets },
  securityGroups: [securityGroup],
});

const bundleFolder = ({ lambdasFolder, stage: name, engines = [] }: StageFunctionProps): string => {
  const stage = [name, ...engines].join("-");
  const folder = join(lambdasFolder, stage);
  if (!existsSync(join(folder, "index.mjs"))) {
    throw new PipelineError(
      "TAPE_FILE_UNREADABLE",
      `the bundle of ${stage} must be at ${join(folder, "index.mjs")}, found nothing there: run "npm run build" first`,
    );
  }
  return folder;
};
