import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";

export interface AlarmTopicProps {
  /** AWS asks this address to confirm before it gets anything else. */
  readonly email: string;
}

/**
 * Mails what alarms say: encrypted, by a key of its own since CloudWatch may not use AWS's, and over TLS alone.
 * Source: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export class AlarmTopic extends Topic {
  constructor(scope: Construct, id: string, { email }: AlarmTopicProps) {
    const key = new Key(scope, `${id}Key`, {
      description: "tapestream: encrypts what alarms say",
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, { displayName: "tapestream alarms", masterKey: key, enforceSSL: true });
    key.grant(new ServicePrincipal("cloudwatch.amazonaws.com"), "kms:Decrypt", "kms:GenerateDataKey*");
    // A policy of one's own, which asks for TLS, takes the place of the one by which CloudWatch could publish.
    this.addToResourcePolicy(
      new PolicyStatement({
        actions: ["sns:Publish"],
        principals: [
          new ServicePrincipal("cloudwatch.amazonaws.com", {
            conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
          }),
        ],
        resources: [this.topicArn],
      }),
    );
    this.addSubscription(new EmailSubscription(email));
  }
}
