import { Duration, Stack, Validations } from "aws-cdk-lib";
import { CorsHttpMethod, HttpApi, HttpMethod, HttpStage } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpJwtAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Construct } from "constructs";
import { environment, type TicketConfig } from "#lambdas/authorizer/config.ts";
import type { TapestreamConfig } from "../config.ts";
import { StageFunction } from "./stage-function.ts";
import { TicketSecret } from "./ticket-secret.ts";

export interface TicketOfficeProps {
  readonly config: TapestreamConfig;
  readonly lambdasFolder: string;
  /** What the functions that seal and check tickets are told, but for the secret. */
  readonly tickets: Omit<TicketConfig, "ticketSecret">;
}

/**
 * Hands out tickets at `POST /tickets`, as many a second as the configuration says, to whom the issuer knows where there is
 * one. It holds the secret that seals them.
 */
export class TicketOffice extends Construct {
  readonly secret: TicketSecret;
  readonly stage: HttpStage;
  /** Without a scheme. */
  readonly host: string;
  readonly url: string;

  constructor(scope: Construct, id: string, { config, lambdasFolder, tickets }: TicketOfficeProps) {
    super(scope, id);
    const { logLevel, tracing } = config;
    const common = { lambdasFolder, timeout: Duration.seconds(10), logLevel, tracing };
    const rotation = new StageFunction(this, "RotationFunction", {
      ...common,
      stage: "ticket-rotation",
      description: "Makes a new version of the secret that seals tickets",
      environment: {},
    });
    this.secret = new TicketSecret(this, "Secret", { rotation });
    const fn = new StageFunction(this, "Function", {
      ...common,
      stage: "tickets",
      description: "Hands out tickets that open sockets",
      environment: environment({ ...tickets, ticketSecret: this.secret.secretArn }),
    });
    this.secret.grantUse(fn);
    const api = this.#apiOf(config, new HttpLambdaIntegration("Tickets", fn));
    this.stage = this.#stageOf(api, config);
    const { region, urlSuffix } = Stack.of(this);
    this.host = `${api.apiId}.execute-api.${region}.${urlSuffix}`;
    this.url = `https://${this.host}/tickets`;
  }

  #apiOf(config: TapestreamConfig, integration: HttpLambdaIntegration): HttpApi {
    const { allowedOrigins, jwtIssuer, jwtAudiences } = config;
    const api = new HttpApi(this, "Api", {
      apiName: "tapestream-tickets",
      description: "tapestream: tickets that open sockets",
      createDefaultStage: false,
      // The dashboard's own page asks its own host, and needs none of it.
      ...(allowedOrigins.length === 0
        ? {}
        : {
            corsPreflight: {
              allowOrigins: [...allowedOrigins],
              allowMethods: [CorsHttpMethod.POST],
              allowHeaders: ["authorization"],
              maxAge: Duration.hours(1),
            },
          }),
    });
    const authorizer =
      jwtIssuer === "" ? undefined : new HttpJwtAuthorizer("Tokens", jwtIssuer, { jwtAudience: [...jwtAudiences] });
    const routes = api.addRoutes({
      path: "/tickets",
      methods: [HttpMethod.POST],
      integration,
      ...(authorizer === undefined ? {} : { authorizer }),
    });
    if (authorizer === undefined)
      for (const route of routes)
        Validations.of(route).acknowledge({
          id: "AwsSolutions-APIG4",
          reason:
            "without an issuer of tokens tickets are for every page of the host, as many a second as the stage allows",
        });
    return api;
  }

  #stageOf(httpApi: HttpApi, { ticketsPerSecond: rateLimit, ticketsBurst: burstLimit }: TapestreamConfig): HttpStage {
    const stage = new HttpStage(this, "Stage", { httpApi, autoDeploy: true, throttle: { rateLimit, burstLimit } });
    Validations.of(stage).acknowledge({
      id: "AwsSolutions-APIG1",
      reason: "the function logs who was refused; access logs would keep the address of everybody who opens the page",
    });
    return stage;
  }
}
