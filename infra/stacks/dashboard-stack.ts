import { CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { OUTPUTS } from "#core/deployment.ts";
import { DashboardSite, type DashboardSiteProps } from "../constructs/dashboard-site.ts";

/** What people see: the dashboard's files behind CloudFront. */
export class DashboardStack extends Stack {
  constructor(scope: Construct, id: string, props: DashboardSiteProps) {
    super(scope, id, { description: "tapestream: the dashboard" });
    const site = new DashboardSite(this, "Site", props);
    const { bucket, distribution } = site;
    new CfnOutput(this, OUTPUTS.dashboardUrl, { value: `https://${distribution.distributionDomainName}` });
    new CfnOutput(this, OUTPUTS.dashboardBucket, { value: bucket.bucketName });
    new CfnOutput(this, OUTPUTS.dashboardDistribution, { value: distribution.distributionId });
  }
}
