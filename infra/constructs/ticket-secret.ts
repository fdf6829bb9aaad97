import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Grant, ServicePrincipal, type IGrantable } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { CfnRotationSchedule, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";

export interface TicketSecretProps {
  /** How often a new version is made. @default Duration.days(30) */
  readonly rotateEach?: Duration;
  /** Makes new versions. */
  readonly rotation: IFunction;
}

/** The secret that seals tickets: random, known to no template and no person, and renewed while the version before stays valid. */
export class TicketSecret extends Secret {
  constructor(scope: Construct, id: string, { rotation, rotateEach = Duration.days(30) }: TicketSecretProps) {
    super(scope, id, {
      description: "tapestream: seals the tickets that open sockets",
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      // Nothing is lost with it: clients ask for new tickets.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { account } = Stack.of(this);
    rotation.addPermission("SecretsManager", {
      principal: new ServicePrincipal("secretsmanager.amazonaws.com"),
      sourceAccount: account,
    });
    this.#grant(
      rotation,
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
      "secretsmanager:PutSecretValue",
      "secretsmanager:UpdateSecretVersionStage",
    );
    const schedule = new CfnRotationSchedule(this, "Rotation", {
      secretId: this.secretArn,
      rotationLambdaArn: rotation.functionArn,
      rotationRules: { automaticallyAfterDays: rotateEach.toDays() },
      rotateImmediatelyOnUpdate: false,
    });
    schedule.node.addDependency(rotation);
  }

  /** Lets `grantee` read its versions, and nothing else. */
  grantUse(grantee: IGrantable): void {
    this.#grant(grantee, "secretsmanager:GetSecretValue");
  }

  #grant(grantee: IGrantable, ...actions: string[]): void {
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.secretArn] });
  }
}
