import { openDynamoTicketStore } from "#adapters/dynamodb/ticket-store.ts";
import { openTokenVerifier } from "#adapters/jwt/token-verifier.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { openSecretTicketKeys } from "#adapters/secrets-manager/ticket-keys.ts";
import { admitTickets, admitTokens, createAuthorizer } from "./authorizer.ts";
import { readConfig } from "./config.ts";

const config = readConfig(process.env);

const log = openLogger({ service: "ws-authorizer" });

export const handler = log.traced(
  createAuthorizer({
    admit:
      config.access === "ticket"
        ? admitTickets({
            keys: openSecretTicketKeys({ secret: config.ticketSecret, clock }),
            tickets: openDynamoTicketStore({ table: config.ticketsTable, clock }),
            clock,
          })
        : admitTokens({ verifier: openTokenVerifier(config), allowedOrigins: config.allowedOrigins }),
    log,
  }),
);
