import { Match, type Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig as readAuthorizerConfig } from "#lambdas/authorizer/config.ts";
import { openBundles, resourcesOf, type Bundles, type Templates } from "./bundles.fixture.ts";
import { readConfig } from "./read-config.ts";

const ISSUER = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_example";
const DOMAIN = "https://desk.auth.eu-central-1.amazoncognito.com";

let bundles: Bundles;
let ticket: Templates;

beforeAll(async () => {
  bundles = await openBundles();
  ticket = bundles.templates();
});
afterAll(() => bundles[Symbol.asyncDispose]());

const variablesOf = (template: Template, stage: string): Record<string, string> => {
  const all = resourcesOf(template, "AWS::Lambda::Function").map(
    ({ Properties }) => (Properties["Environment"] as { Variables: Record<string, unknown> }).Variables,
  );
  const found = all.find((variables) => variables["POWERTOOLS_SERVICE_NAME"] === stage) ?? {};
  return Object.fromEntries(
    Object.entries(found).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
};

/** What the roles of the functions whose policy is named so may do. */
const actionsOf = (template: Template, name: string): readonly string[] =>
  resourcesOf(template, "AWS::IAM::Policy")
    .filter(({ Properties }) => String(Properties["PolicyName"]).startsWith(name))
    .flatMap(
      ({ Properties }) =>
        (Properties["PolicyDocument"] as { Statement: { Effect: string; Action: string | string[] }[] }).Statement,
    )
    .filter(({ Effect }) => Effect === "Allow")
    .flatMap(({ Action }) => Action)
    .filter((action) => !action.startsWith("logs:"))
    .toSorted();

describe("access by ticket, the default", () => {
  test("asks an authorizer before a socket opens, but not for who offers no subprotocol", () => {
    const [authorizer] = resourcesOf(ticket.pipeline, "AWS::ApiGatewayV2::Authorizer");
    expect(authorizer!.Properties).toMatchObject({
      AuthorizerType: "REQUEST",
      IdentitySource: ["route.request.header.Sec-WebSocket-Protocol"],
    });
    expect(authorizer!.Properties["AuthorizerResultTtlInSeconds"]).toBeUndefined();
    ticket.pipeline.hasResourceProperties("AWS::ApiGatewayV2::Route", {
      RouteKey: "$connect",
      AuthorizationType: "CUSTOM",
      AuthorizerId: Match.anyValue(),
    });
  });

  test("gives each function just what it needs of secret and table", () => {
    expect(actionsOf(ticket.pipeline, "AccessAuthorizerRole")).toEqual([
      "dynamodb:PutItem",
      "secretsmanager:GetSecretValue",
    ]);
    expect(actionsOf(ticket.pipeline, "AccessTicketOfficeFunctionRole")).toEqual(["secretsmanager:GetSecretValue"]);
    expect(actionsOf(ticket.pipeline, "AccessTicketOfficeRotationFunctionRole")).toEqual([
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
      "secretsmanager:PutSecretValue",
      "secretsmanager:UpdateSecretVersionStage",
    ]);
  });

  test("has a random secret that no environment holds, and renews it", () => {
    ticket.pipeline.hasResource("AWS::SecretsManager::Secret", {
      DeletionPolicy: "Delete",
      Properties: {
        GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
        SecretString: Match.absent(),
      },
    });
    ticket.pipeline.hasResourceProperties("AWS::SecretsManager::RotationSchedule", {
      RotationRules: { AutomaticallyAfterDays: 30 },
      RotateImmediatelyOnUpdate: false,
    });
    ticket.pipeline.hasResourceProperties("AWS::Lambda::Permission", { Principal: "secretsmanager.amazonaws.com" });
    expect(JSON.stringify(ticket.pipeline.toJSON())).not.toContain("{{resolve:secretsmanager");
    for (const stage of ["ws-authorizer", "tickets"]) {
      expect(readAuthorizerConfig(variablesOf(ticket.pipeline, stage))).toMatchObject({
        access: "ticket",
        ticketLifeMs: 60_000,
        allowedOrigins: [],
        ticketSecret: JSON.stringify({
          Ref: Object.keys(ticket.pipeline.findResources("AWS::SecretsManager::Secret"))[0],
        }),
      });
    }
  });

  test("holds both APIs to a rate and a burst", () => {
    const stages = resourcesOf(ticket.pipeline, "AWS::ApiGatewayV2::Stage").map(({ Properties }) => [
      Properties["StageName"],
      Properties["DefaultRouteSettings"],
    ]);
    expect(Object.fromEntries(stages)).toEqual({
      $default: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 100 },
      prod: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1_000 },
    });
  });

  test("hands tickets out at the dashboard's own host, past its cache, and tells nothing to other pages", () => {
    const [distribution] = resourcesOf(ticket.dashboard, "AWS::CloudFront::Distribution");
    const config = distribution!.Properties["DistributionConfig"] as Record<string, unknown>;
    expect(config["CacheBehaviors"]).toMatchObject([
      {
        PathPattern: "/tickets",
        ViewerProtocolPolicy: "https-only",
        CachePolicyId: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        OriginRequestPolicyId: "b689b0a8-53d0-40ab-baf2-68738e2966ac",
      },
    ]);
    const http = resourcesOf(ticket.pipeline, "AWS::ApiGatewayV2::Api").find(
      ({ Properties }) => Properties["ProtocolType"] === "HTTP",
    );
    expect(http!.Properties["CorsConfiguration"]).toBeUndefined();
  });

  test("may be had by pages of other origins and ask for a token first", () => {
    const { pipeline } = bundles.templates({
      allowedOrigins: "https://desk.example.com,http://localhost:8080",
      jwtIssuer: ISSUER,
      jwtAudiences: "desk",
      signInOrigins: DOMAIN,
    });
    pipeline.hasResourceProperties("AWS::ApiGatewayV2::Api", {
      CorsConfiguration: {
        AllowOrigins: ["https://desk.example.com", "http://localhost:8080"],
        AllowMethods: ["POST"],
      },
    });
    pipeline.hasResourceProperties("AWS::ApiGatewayV2::Authorizer", {
      AuthorizerType: "JWT",
      JwtConfiguration: { Issuer: ISSUER, Audience: ["desk"] },
    });
    pipeline.hasResourceProperties("AWS::ApiGatewayV2::Route", { RouteKey: "POST /tickets", AuthorizationType: "JWT" });
    expect(readAuthorizerConfig(variablesOf(pipeline, "tickets")).allowedOrigins).toHaveLength(2);
  });
});

describe("access otherwise", () => {
  test("by token needs an issuer, and no secret and no tickets", () => {
    const { pipeline, dashboard } = bundles.templates({
      access: "jwt",
      jwtIssuer: ISSUER,
      jwtAudiences: ["desk", "phone"],
      signInOrigins: DOMAIN,
    });
    expect(readAuthorizerConfig(variablesOf(pipeline, "ws-authorizer"))).toEqual({
      access: "jwt",
      issuer: ISSUER,
      audiences: ["desk", "phone"],
      allowedOrigins: [],
    });
    expect(actionsOf(pipeline, "AccessAuthorizerRole")).toEqual([]);
    pipeline.resourceCountIs("AWS::SecretsManager::Secret", 0);
    pipeline.resourceCountIs("AWS::ApiGatewayV2::Api", 1);
    expect(JSON.stringify(dashboard.toJSON())).not.toContain("/tickets");
    const [headers] = resourcesOf(dashboard, "AWS::CloudFront::ResponseHeadersPolicy");
    expect(JSON.stringify(headers)).toContain(` https://cognito-idp.eu-central-1.amazonaws.com ${DOMAIN}; `);
  });

  test.each(["https://desk.example.auth0.com/", "http://127.0.0.1:8090", "https://a.example/realms/desk"])(
    "takes the issuer %s as its tokens name it",
    (jwtIssuer) => {
      expect(readConfig({ jwtIssuer, jwtAudiences: "desk" }).jwtIssuer).toBe(jwtIssuer);
    },
  );

  test("is by IAM or for anybody only when told so", () => {
    const connect = { RouteKey: "$connect" };
    const iam = bundles.pipeline({ access: "iam", hasDashboard: false });
    const open = bundles.pipeline({ access: "public" });
    iam.hasResourceProperties("AWS::ApiGatewayV2::Route", { ...connect, AuthorizationType: "AWS_IAM" });
    open.hasResourceProperties("AWS::ApiGatewayV2::Route", { ...connect, AuthorizationType: "NONE" });
    for (const template of [iam, open]) template.resourceCountIs("AWS::ApiGatewayV2::Authorizer", 0);
  });

  test.each([
    [{ access: "jwt" }, 'jwtIssuer must be given with access jwt, was ""'],
    [{ jwtIssuer: ISSUER }, /^jwtIssuer and jwtAudiences must be given together/],
    [
      { access: "iam", allowedOrigins: "https://a.example" },
      'allowedOrigins must go with access ticket or jwt, was "iam"',
    ],
    [{ access: "public", jwtIssuer: ISSUER }, 'jwtIssuer must go with access ticket or jwt, was "public"'],
    [{ jwtIssuer: "http://a.example" }, /^jwtIssuer must be a URL like https:/],
    [
      { access: "jwt", jwtIssuer: ISSUER, jwtAudiences: "desk" },
      /^signInOrigins must name the domain of the user pool/,
    ],
    [{ access: "iam" }, "hasDashboard must be false with access iam, as no page can sign its handshake, was true"],
    [{ signInClientId: "desk" }, /^signInClientId and signInOrigins must go with jwtIssuer/],
    [{ signInScopes: "email" }, 'signInScopes must be scopes without spaces, openid among them, was "email"'],
    [{ signInClientId: "a b" }, /^signInClientId must be a name of at most 256 characters/],
    [{ jwtIssuer: "https://" }, /^jwtIssuer must be a URL like https:/],
    [{ jwtIssuer: "http://localhost.example:1" }, /^jwtIssuer must be a URL like https:/],
    [{ allowedOrigins: "https://a.example/" }, /^allowedOrigins must be origins like https:/],
    [{ access: "none" }, 'access must be ticket or jwt or iam or public, was "none"'],
  ])("fails for %j", (settings, message) => {
    expect(() => readConfig(settings)).toThrow(
      expect.objectContaining({ code: "TAPE_CONFIG_INVALID", message: expect.stringMatching(message) }),
    );
  });
});
