import { Duration, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { Schedule, ScheduleExpression } from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import { Construct } from "constructs";

export interface EachMinuteProps {
  readonly description: string;
  readonly function: Function;
}

/**
 * Runs a function each minute, once: a run that fails is not repeated, for the next one goes on. The schedule only hands
 * the event over; Lambda itself would run a failed function twice more, and is told not to.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class EachMinute extends Construct {
  constructor(scope: Construct, id: string, props: EachMinuteProps) {
    super(scope, id);
    const { function: target, description } = props;
    target.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: LIMIT });
    const { account } = Stack.of(this);
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: { StringEquals: { "aws:SourceAccount": account } },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [target.functionArn] }));
    new Schedule(this, "Schedule", {
      description,
      schedule: ScheduleExpression.rate(Duration.minutes(1)),
      target: new LambdaInvoke(target, {
        // The CDK would let the role invoke every version of the function.
        role: role.withoutPolicyUpdates(),
        retryAttempts: 0,
        maxEventAge: LIMIT,
      }),
    });
  }
}

const LIMIT = Duration.seconds(60);
