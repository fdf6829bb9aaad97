import { Match, type Template } from "aws-cdk-lib/assertions";
import { beforeAll, describe, expect, test } from "vitest";
import { openBundles, resourcesOf } from "../bundles.fixture.ts";

let dashboard: Template;

beforeAll(async () => {
  await using bundles = await openBundles();
  ({ dashboard } = bundles.templates());
});

describe("the dashboard", () => {
  test("is a private bucket that only its distribution reads, over TLS", () => {
    dashboard.hasResourceProperties("AWS::S3::Bucket", {
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true },
    });
    dashboard.hasResourceProperties("AWS::CloudFront::OriginAccessControl", {
      OriginAccessControlConfig: { SigningBehavior: "always" },
    });
    dashboard.hasResourceProperties("AWS::CloudFront::Distribution", {
      DistributionConfig: {
        DefaultRootObject: "index.html",
        DefaultCacheBehavior: { ViewerProtocolPolicy: "redirect-to-https", ResponseHeadersPolicyId: Match.anyValue() },
      },
    });
  });

  test("may connect to its own API alone", () => {
    const [headers] = resourcesOf(dashboard, "AWS::CloudFront::ResponseHeadersPolicy");
    const text = JSON.stringify(headers);
    expect(text).toMatch(/default-src 'none'.*connect-src 'self' ".*Fn::ImportValue.*ApiEndpoint/);
    expect(text).toContain('"FrameOption":"DENY"');
  });
});
