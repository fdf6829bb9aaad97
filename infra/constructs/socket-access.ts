import { Duration } from "aws-cdk-lib";
import type { IWebSocketRouteAuthorizer } from "aws-cdk-lib/aws-apigatewayv2";
import { WebSocketIamAuthorizer, WebSocketLambdaAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { Construct } from "constructs";
import { durationMs } from "#core/units.ts";
import { environment, type AuthorizerConfig } from "#lambdas/authorizer/config.ts";
import type { TapestreamConfig } from "../config.ts";
import { StageFunction } from "./stage-function.ts";
import type { StoreTable } from "./store-table.ts";
import { TicketOffice } from "./ticket-office.ts";

export interface SocketAccessProps {
  readonly config: TapestreamConfig;
  readonly lambdasFolder: string;
  /** Remembers which tickets have been used. */
  readonly tickets: StoreTable;
}

/** Long enough to open a socket over a bad line, too short for a ticket that leaks to be of use. */
const TICKET_LIFE_MS = durationMs(60_000);

/** Who may connect to the WebSocket API, and what that needs. */
export class SocketAccess extends Construct {
  /** Undefined: anybody may. */
  readonly authorizer: IWebSocketRouteAuthorizer | undefined;
  /** Undefined where nobody needs tickets. */
  readonly ticketOffice: TicketOffice | undefined;
  readonly #props: SocketAccessProps;

  constructor(scope: Construct, id: string, props: SocketAccessProps) {
    super(scope, id);
    this.#props = props;
    const { config, lambdasFolder, tickets } = props;
    const { access, allowedOrigins, jwtIssuer: issuer, jwtAudiences: audiences } = config;
    switch (access) {
      case "ticket": {
        const about = { access, ticketsTable: tickets.tableName, ticketLifeMs: TICKET_LIFE_MS, allowedOrigins };
        this.ticketOffice = new TicketOffice(this, "TicketOffice", { config, lambdasFolder, tickets: about });
        const { secret } = this.ticketOffice;
        const fn = this.#functionOf({ ...about, ticketSecret: secret.secretArn });
        secret.grantUse(fn);
        tickets.grant(fn, "dynamodb:PutItem");
        this.authorizer = lambdaAuthorizer(fn);
        return;
      }
      case "jwt":
        this.authorizer = lambdaAuthorizer(this.#functionOf({ access, issuer, audiences, allowedOrigins }));
        return;
      case "iam":
        this.authorizer = new WebSocketIamAuthorizer();
        return;
      case "public":
        return;
      default:
        access satisfies never;
    }
  }

  #functionOf(config: AuthorizerConfig): StageFunction {
    return new StageFunction(this, "Authorizer", {
      stage: "ws-authorizer",
      lambdasFolder: this.#props.lambdasFolder,
      description: "Decides who may connect",
      environment: environment(config),
      timeout: Duration.seconds(10),
      // Each new connection waits for it, and its CPU comes with its memory.
      memoryMiB: 512,
      logLevel: this.#props.config.logLevel,
      tracing: this.#props.config.tracing,
    });
  }
}

/**
 * Who offers no subprotocol is answered with 401 by API Gateway itself, at no cost. Its answers for the others are not kept:
 * a ticket is good for one.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
const lambdaAuthorizer = (fn: StageFunction): WebSocketLambdaAuthorizer =>
  new WebSocketLambdaAuthorizer("SocketAuthorizer", fn, {
    identitySource: ["route.request.header.Sec-WebSocket-Protocol"],
  });
