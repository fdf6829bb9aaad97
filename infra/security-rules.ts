import { Validations, type App } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";

/**
 * Checks `app` by the rules of AwsSolutions when it is synthesized: a finding is an error, unless the construct that it is
 * of acknowledges it with a reason.
 * Source: https://github.com/cdklabs/cdk-nag/blob/main/RULES.md
 */
export const addSecurityRules = (app: App): void => {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
};
