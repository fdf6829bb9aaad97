import { CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { DashboardSite } from "../constructs/dashboard-site.ts";

export interface DashboardStackProps {
  /** `wss://…` of the API that the page connects to. */
  readonly socketOrigin: string;
  /** The host of the API that hands out tickets, undefined where the page needs none. */
  readonly ticketsHost: string | undefined;
}

/** What people see: the dashboard's files behind CloudFront. */
export class DashboardStack extends Stack {
  constructor(scope: Construct, id: string, props: DashboardStackProps) {
    super(scope, id, { description: "tapestream: the dashboard" });
    const site = new DashboardSite(this, "Site", props);
    new CfnOutput(this, "DashboardUrl", { value: `https://${site.distribution.distributionDomainName}` });
    new CfnOutput(this, "DashboardBucketName", { value: site.bucket.bucketName });
  }
}
