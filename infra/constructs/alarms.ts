import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { alarmSpecsOf } from "./alarm-specs.ts";
import type { Watched } from "./watched.ts";

export interface AlarmsProps {
  readonly watched: Watched;
  /** Who is told when an alarm goes off and when it is over. @default nobody */
  readonly topic?: ITopic;
}

/** One alarm for each thing that somebody must look into, with the place of its runbook. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, { watched, topic }: AlarmsProps) {
    super(scope, id);
    this.all = alarmSpecsOf(watched).map((spec) => {
      const alarm = new Alarm(this, spec.id, {
        alarmDescription: `${spec.means}. What to do: ${runbookOf(spec.id)}`,
        metric: spec.metric,
        threshold: spec.threshold,
        comparisonOperator: spec.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        datapointsToAlarm: spec.badPeriods,
        evaluationPeriods: spec.periods,
        treatMissingData: spec.missing ?? TreatMissingData.NOT_BREACHING,
      });
      if (topic !== undefined) {
        alarm.addAlarmAction(new SnsAction(topic));
        alarm.addOkAction(new SnsAction(topic));
      }
      return alarm;
    });
  }
}

/** Where a person reads what to do, within the repository. */
export const runbookOf = (id: string): string => `docs/operations.md#${id.toLowerCase()}`;
