import { Aws, Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  S3OriginAccessControl,
  ViewerProtocolPolicy,
  type BehaviorOptions,
} from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin, S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { contentSecurityPolicyOf, PERMISSIONS_POLICY } from "#core/page-headers.ts";

export interface DashboardSiteProps {
  /** `wss://…` of the API that the page connects to. */
  readonly socketOrigin: string;
  /** The host of the API that hands out tickets, undefined where the page needs none. */
  readonly ticketsHost: string | undefined;
  /** Where the page asks for tokens; none where it needs none. */
  readonly signInOrigins: readonly string[];
}

/**
 * A private bucket for the dashboard's files and the distribution that alone may read it. The files come by `npm run
 * deploy`, which needs no function of its own in the account.
 */
export class DashboardSite extends Construct {
  readonly bucket: Bucket;
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, { socketOrigin, ticketsHost, signInOrigins }: DashboardSiteProps) {
    super(scope, id);
    // The files are built from the repository; CloudFormation deletes the bucket once it has been emptied.
    this.bucket = new Bucket(this, "Files", {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const responseHeadersPolicy = this.#headers([socketOrigin, ...signInOrigins]);
    this.distribution = new Distribution(this, "Distribution", {
      comment: "tapestream dashboard",
      defaultRootObject: "index.html",
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(this.bucket, {
          originAccessControl: new S3OriginAccessControl(this, "Access", { originAccessControlName: this.#name() }),
        }),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        responseHeadersPolicy,
      },
      additionalBehaviors:
        ticketsHost === undefined ? {} : { "/tickets": { ...ticketsBehavior(ticketsHost), responseHeadersPolicy } },
    });
    this.#acknowledge();
  }

  #headers(origins: readonly string[]): ResponseHeadersPolicy {
    const override = true;
    return new ResponseHeadersPolicy(this, "Headers", {
      responseHeadersPolicyName: this.#name(),
      comment: "tapestream dashboard",
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy: contentSecurityPolicyOf(["'self'", ...origins]), override },
        contentTypeOptions: { override },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: true, override },
      },
      customHeadersBehavior: {
        customHeaders: [
          { header: "cross-origin-opener-policy", value: "same-origin", override },
          { header: "permissions-policy", value: PERMISSIONS_POLICY, override },
        ],
      },
    });
  }

  /** CloudFront is one for all regions of an account, and takes a name once; the CDK's own has no region. */
  #name(): string {
    return `${Stack.of(this).stackName}-${Aws.REGION}`;
  }

  #acknowledge(): void {
    Validations.of(this.bucket).acknowledge({
      id: "AwsSolutions-S1",
      reason: "it holds the public files of a page, which CloudFront alone reads",
    });
    Validations.of(this.distribution).acknowledge(
      { id: "AwsSolutions-CFR1", reason: "the page is for whoever operates it, wherever they are" },
      {
        id: "AwsSolutions-CFR2",
        reason: "it serves static files from a cache; a firewall costs more a month than they do",
      },
      {
        id: "AwsSolutions-CFR3",
        reason: "the files are public and the page is static; sockets are logged where they connect",
      },
      {
        id: "AwsSolutions-CFR4",
        reason: "CloudFront's own certificate leaves no choice; a browser takes TLS 1.3 by itself",
      },
    );
  }
}

/** Tickets come from the page's own host, and never from a cache; who hands them out is told all that the browser says of the page. */
const ticketsBehavior = (host: string): BehaviorOptions => ({
  origin: new HttpOrigin(host),
  allowedMethods: AllowedMethods.ALLOW_ALL,
  cachePolicy: CachePolicy.CACHING_DISABLED,
  originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
  viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
});
