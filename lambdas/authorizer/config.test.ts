import fc from "fast-check";
import { durationMs } from "#core/units.ts";
import { configContract } from "../config.contract.ts";
import { environment, readConfig, type AuthorizerConfig } from "./config.ts";

const text = fc.string({ minLength: 1 });
const names = (minLength: number) => fc.array(fc.stringMatching(/^[^,]+$/), { minLength, maxLength: 3 });
const configs: fc.Arbitrary<AuthorizerConfig> = fc.oneof(
  fc.record({
    access: fc.constant("ticket" as const),
    ticketsTable: text,
    ticketSecret: text,
    ticketLifeMs: fc.integer({ min: 1, max: 3_600_000 }).map(durationMs),
    allowedOrigins: names(0),
  }),
  fc.record({ access: fc.constant("jwt" as const), issuer: text, audiences: names(1), allowedOrigins: names(0) }),
);

configContract("the authorizer by ticket", {
  readConfig,
  environment,
  configs,
  env: {
    ACCESS: "ticket",
    TICKETS_TABLE: "tickets",
    TICKET_SECRET_ARN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:tickets-a1b2c3",
    TICKET_LIFE_MS: "60000",
    ALLOWED_ORIGINS: "https://a.example,https://b.example",
  },
  rejected: [
    [{ ACCESS: "public" }, 'ACCESS must be ticket or jwt, was "public"'],
    [{ TICKET_SECRET_ARN: undefined }, "TICKET_SECRET_ARN must be set, was absent"],
    [{ TICKET_LIFE_MS: "0" }, 'TICKET_LIFE_MS must be a positive whole number of milliseconds, was "0"'],
  ],
});

configContract("the authorizer by token", {
  readConfig,
  environment,
  configs,
  env: { ACCESS: "jwt", JWT_ISSUER: "https://a.example", JWT_AUDIENCES: "desk,phone", ALLOWED_ORIGINS: "" },
  rejected: [
    [{ JWT_ISSUER: "" }, "JWT_ISSUER must not be empty"],
    [{ JWT_AUDIENCES: undefined }, "JWT_AUDIENCES must be set, was absent"],
  ],
});
