import { CfnBudget } from "aws-cdk-lib/aws-budgets";
import { Construct } from "constructs";

export interface SpendingLimitProps {
  readonly monthlyDollars: number;
  readonly email: string;
}

/**
 * Mails when four fifths of a month's dollars are spent, and when all of them are forecast to be. A budget is of the whole
 * account; it tells, and stops nothing.
 * Source: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
 */
export class SpendingLimit extends Construct {
  constructor(scope: Construct, id: string, { monthlyDollars, email }: SpendingLimitProps) {
    super(scope, id);
    const notify = (notificationType: "ACTUAL" | "FORECASTED", threshold: number) => ({
      notification: { notificationType, comparisonOperator: "GREATER_THAN", threshold, thresholdType: "PERCENTAGE" },
      subscribers: [{ subscriptionType: "EMAIL", address: email }],
    });
    new CfnBudget(this, "Budget", {
      budget: {
        budgetType: "COST",
        timeUnit: "MONTHLY",
        budgetLimit: { amount: monthlyDollars, unit: "USD" },
      },
      notificationsWithSubscribers: [notify("ACTUAL", 80), notify("FORECASTED", 100)],
    });
  }
}
