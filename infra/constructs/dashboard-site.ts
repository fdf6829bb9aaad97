import { Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  ViewerProtocolPolicy,
  type BehaviorOptions,
} from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin, S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";

export interface DashboardSiteProps {
  /** `wss://…` of the API that the page connects to. */
  readonly socketOrigin: string;
  /** The host of the API that hands out tickets, undefined where the page needs none. */
  readonly ticketsHost: string | undefined;
}

/** A private bucket for the dashboard's files and the distribution that alone may read it. */
export class DashboardSite extends Construct {
  readonly bucket: Bucket;
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, { socketOrigin, ticketsHost }: DashboardSiteProps) {
    super(scope, id);
    // The files are built from the repository; CloudFormation deletes the bucket once it has been emptied.
    this.bucket = new Bucket(this, "Files", {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const responseHeadersPolicy = this.#headers(socketOrigin);
    this.distribution = new Distribution(this, "Distribution", {
      comment: "tapestream dashboard",
      defaultRootObject: "index.html",
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(this.bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        responseHeadersPolicy,
      },
      additionalBehaviors:
        ticketsHost === undefined ? {} : { "/tickets": { ...ticketsBehavior(ticketsHost), responseHeadersPolicy } },
    });
  }

  #headers(socketOrigin: string): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, "Headers", {
      comment: "tapestream dashboard",
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          // The chart library writes its own style element.
          contentSecurityPolicy:
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
            `font-src 'self'; connect-src 'self' ${socketOrigin}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: true, override: true },
      },
    });
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
