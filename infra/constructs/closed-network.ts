import { Validations } from "aws-cdk-lib";
import {
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpoint,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

export interface ClosedNetworkProps {
  /** Whether bars are in Keyspaces instead of DynamoDB. */
  readonly hasKeyspaces: boolean;
}

/**
 * A network of two zones without a way out, nor in: what is inside reaches the brokers, and services of AWS by endpoints of
 * the network's own. One NAT gateway would cost about as much as these endpoints do, and let everything out.
 *
 *     functions    brokers (9098), Kinesis for updates of bars, and DynamoDB or Keyspaces
 *     mappings     brokers, Lambda, and STS: without a way out, Lambda's pollers ask for these two by endpoints
 *
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html#msk-vpc-privatelink
 */
export class ClosedNetwork extends Construct {
  readonly vpc: Vpc;
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, { hasKeyspaces }: ClosedNetworkProps) {
    super(scope, id);
    this.vpc = new Vpc(this, "Vpc", {
      ipAddresses: IpAddresses.cidr("10.0.0.0/16"),
      maxAzs: 2,
      natGateways: 0,
      createInternetGateway: false,
      subnetConfiguration: [{ name: "Inside", subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 }],
    });
    Validations.of(this.vpc).acknowledge({
      id: "AwsSolutions-VPC7",
      reason:
        "nothing reaches this network from outside, and nothing in it reaches out; flow logs cost by the GB of ticks",
    });
    this.securityGroup = new SecurityGroup(this, "Inside", {
      vpc: this.vpc,
      description: "tapestream: brokers, functions and endpoints reach each other, and nobody else does",
    });
    for (const port of [BROKERS, HTTPS, ...(hasKeyspaces ? [KEYSPACES] : [])])
      this.securityGroup.addIngressRule(this.securityGroup, Port.tcp(port), "from inside");
    this.#addEndpoint("Lambda", InterfaceVpcEndpointAwsService.LAMBDA);
    this.#addEndpoint("Sts", InterfaceVpcEndpointAwsService.STS);
    this.#addEndpoint("Kinesis", InterfaceVpcEndpointAwsService.KINESIS_STREAMS);
    if (hasKeyspaces) this.#addEndpoint("Keyspaces", InterfaceVpcEndpointAwsService.KEYSPACES);
    // By route, for nothing.
    else this.vpc.addGatewayEndpoint("Dynamo", { service: GatewayVpcEndpointAwsService.DYNAMODB });
  }

  /** Lets Lambda put `target`, or the pollers of its mapping, into this network, by the function's role. */
  static letIn(target: Function, ...more: readonly string[]): void {
    target.addToRolePolicy(new PolicyStatement({ actions: [...INTERFACE_ACTIONS, ...more], resources: ["*"] }));
    Validations.of(target.role!).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "Lambda makes and drops the network interfaces of functions, and these actions know no narrower resource",
    });
  }

  #addEndpoint(id: string, service: InterfaceVpcEndpointAwsService): void {
    new InterfaceVpcEndpoint(this, id, { vpc: this.vpc, service, securityGroups: [this.securityGroup], open: false });
  }

  /** The subnets, by their ids. */
  get subnetIds(): readonly string[] {
    return this.vpc.isolatedSubnets.map(({ subnetId }) => subnetId);
  }
}

/** MSK Serverless is entered by IAM at this port alone. Source: https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html */
const BROKERS = 9_098;
const HTTPS = 443;
const KEYSPACES = 9_142;

/** Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions */
const INTERFACE_ACTIONS = [
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];
