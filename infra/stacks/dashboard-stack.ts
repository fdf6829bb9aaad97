import { CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { DashboardSite } from "../constructs/dashboard-site.ts";

export interface DashboardStackProps {
  /** `wss://…` of the API that the page connects to. */
  readonly socketOrigin: string;
}

/** What people see: the dashboard's files behind CloudFront. */
export class DashboardStack extends Stack {
  constructor(scope: Construct, id: string, { socketOrigin }: DashboardStackProps) {
    super(scope, id, { description: "tapestream: the dashboard" });
    const site = new DashboardSite(this, "Site", { socketOrigin });
    new CfnOutput(this, "DashboardUrl", { value: `https://${site.distribution.distributionDomainName}` });
    new CfnOutput(this, "DashboardBucketName", { value: site.bucket.bucketName });
  }
}
