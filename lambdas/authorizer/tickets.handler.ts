import { randomBytes } from "node:crypto";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { openSecretTicketKeys } from "#adapters/secrets-manager/ticket-keys.ts";
import { readTicketConfig } from "./config.ts";
import { createTickets } from "./tickets.ts";

const config = readTicketConfig(process.env);

export const handler = createTickets({
  ...config,
  keys: openSecretTicketKeys({ secret: config.ticketSecret, clock }),
  clock,
  log: openLogger({ service: "tickets" }),
  newId: () => randomBytes(16).toString("base64url"),
});
