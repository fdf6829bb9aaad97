import { PipelineError } from "#core/errors.ts";
import type { DurationMs } from "#core/units.ts";
import { readDurationMs, readText, type Environment } from "../environment.ts";

/** Where tickets are sealed, checked and used. The secret itself is in no variable. */
export interface TicketConfig {
  readonly access: "ticket";
  readonly ticketsTable: string;
  /** The ARN of the secret that seals tickets. */
  readonly ticketSecret: string;
  readonly ticketLifeMs: DurationMs;
  readonly allowedOrigins: readonly string[];
}

/** Whose JSON Web Tokens are taken. */
export interface TokenConfig {
  readonly access: "jwt";
  /** The issuer's URL, which is the tokens' `iss`. */
  readonly issuer: string;
  /** One of these is the tokens' `aud`, or their `client_id` where Cognito issues them; at least one. */
  readonly audiences: readonly string[];
  readonly allowedOrigins: readonly string[];
}

/** What decides who may connect. */
export type AuthorizerConfig = TicketConfig | TokenConfig;

/**
 * The configuration that {@link environment} wrote.
 * @throws PipelineError TAPE_CONFIG_INVALID when a variable is absent or has a wrong form.
 */
export const readConfig = (env: Environment): AuthorizerConfig => {
  const access = readText(env, "ACCESS");
  if (access === "ticket") return readTicketConfig(env);
  if (access !== "jwt") throw invalid(`ACCESS must be ticket or jwt, was ${JSON.stringify(access)}`);
  const audiences = listOf(readText(env, "JWT_AUDIENCES"));
  const issuer = readText(env, "JWT_ISSUER");
  return { access, issuer, audiences, allowedOrigins: listOf(env["ALLOWED_ORIGINS"] ?? "") };
};

/** The same for who needs tickets. @throws PipelineError TAPE_CONFIG_INVALID */
export const readTicketConfig = (env: Environment): TicketConfig => ({
  access: "ticket",
  ticketsTable: readText(env, "TICKETS_TABLE"),
  ticketSecret: readText(env, "TICKET_SECRET_ARN"),
  ticketLifeMs: readDurationMs(env, "TICKET_LIFE_MS"),
  allowedOrigins: listOf(env["ALLOWED_ORIGINS"] ?? ""),
});

/** The environment variables that {@link readConfig} reads back. */
export const environment = (config: AuthorizerConfig): Record<string, string> => ({
  ACCESS: config.access,
  ...(config.access === "ticket"
    ? {
        TICKETS_TABLE: config.ticketsTable,
        TICKET_SECRET_ARN: config.ticketSecret,
        TICKET_LIFE_MS: String(config.ticketLifeMs),
      }
    : { JWT_ISSUER: config.issuer, JWT_AUDIENCES: config.audiences.join(",") }),
  ALLOWED_ORIGINS: config.allowedOrigins.join(","),
});

const listOf = (text: string): readonly string[] => (text === "" ? [] : text.split(","));

const invalid = (message: string): PipelineError => new PipelineError("TAPE_CONFIG_INVALID", message);
