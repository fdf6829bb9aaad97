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
    expect(text).toContain("require-trusted-types-for 'script'");
    expect(text).not.toContain("unsafe");
  });

  test("tells browsers to be strict", () => {
    dashboard.hasResourceProperties("AWS::CloudFront::ResponseHeadersPolicy", {
      ResponseHeadersPolicyConfig: {
        SecurityHeadersConfig: {
          ContentTypeOptions: { Override: true },
          FrameOptions: { FrameOption: "DENY" },
          ReferrerPolicy: { ReferrerPolicy: "no-referrer" },
          StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000, IncludeSubdomains: true },
        },
        CustomHeadersConfig: {
          Items: [
            { Header: "cross-origin-opener-policy", Value: "same-origin" },
            { Header: "permissions-policy", Value: "camera=(), geolocation=(), microphone=()" },
          ],
        },
      },
    });
  });

  test("lets nobody read its bucket without TLS, and CloudFront alone with it", () => {
    dashboard.hasResourceProperties("AWS::S3::BucketPolicy", {
      PolicyDocument: {
        Statement: [
          { Effect: "Deny", Action: "s3:*", Condition: { Bool: { "aws:SecureTransport": "false" } } },
          { Effect: "Allow", Action: "s3:GetObject", Principal: { Service: "cloudfront.amazonaws.com" } },
        ],
      },
    });
  });

  test("names what is CloudFront's after its stage and its region, so that it can be in another one, too", async () => {
    await using bundles = await openBundles();
    const { dashboard: longest } = bundles.templates({ stage: "ABCDEFGHIJ-KLMNOPQRS" });
    for (const [template, stage] of [
      [dashboard, ""],
      [longest, "ABCDEFGHIJ-KLMNOPQRS-"],
    ] as const) {
      const Name = { "Fn::Join": ["", [`${stage}TapestreamDashboard-`, { Ref: "AWS::Region" }]] };
      template.hasResourceProperties("AWS::CloudFront::ResponseHeadersPolicy", {
        ResponseHeadersPolicyConfig: { Name },
      });
      template.hasResourceProperties("AWS::CloudFront::OriginAccessControl", { OriginAccessControlConfig: { Name } });
      // CloudFront takes 64 characters.
      expect(`${stage}TapestreamDashboard-ap-southeast-99`.length).toBeLessThanOrEqual(64);
    }
  });

  test("brings no function and no custom resource", () => {
    const types = new Set(Object.values(dashboard.toJSON()["Resources"] as object).map(({ Type }) => String(Type)));
    expect([...types].filter((type) => /Lambda|CustomResource|Custom::/.test(type))).toEqual([]);
  });
});
