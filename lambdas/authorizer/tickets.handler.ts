import { randomBytes } from "node:crypto";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { openSecretTicketKeys } from "#adapters/secrets-manager/ticket-keys.ts";
import { readTicketConfig } from "./config.ts";
import { createTickets } from "./tickets.ts";

const config = readTicketConfig(process.env);

const log = openLogger({ service: "tickets" });

export const handler = log.traced(
  createTickets({
    ...config,
    keys: openSecretTicketKeys({ secret: config.ticketSecret, clock }),
    clock,
    log,
    newId: () => randomBytes(16).toString("base64url"),
  }),
);
