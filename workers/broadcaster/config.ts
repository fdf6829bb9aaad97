import { SOURCE_KINDS, type Passes, type SourceKind } from "#core/protocol/dashboard-config.ts";
import { durationMs, epochMs, type DurationMs } from "#core/units.ts";
import { readDurationMs, readIntervalsMs, readText, type Environment } from "#lambdas/environment.ts";
import { DEFAULTS } from "../defaults.ts";
import { enginesEnvironment, readEngines, type EnginesConfig } from "../engines.ts";
import { invalid, readList, readOptional, readPort } from "../environment.ts";
import { readRules, rulesEnvironment, type RulesConfig } from "../rules.ts";

/** Who shows a ticket may connect, once. */
export interface TicketsConfig {
  /** Seals tickets; the same for all replicas. */
  readonly secret: string;
  readonly lifeMs: DurationMs;
  /** Pages from elsewhere that may have tickets, besides those that the broadcaster serves. */
  readonly allowedOrigins: readonly string[];
}

/** What a broadcaster is told from outside. */
export interface BroadcasterConfig extends EnginesConfig, RulesConfig {
  /** The fetcher's source, whose name its lease bears. */
  readonly source: string;
  /** Intervals folded from stored ones on read. */
  readonly offeredIntervalsMs: readonly DurationMs[];
  /** A shard that has been silent for this long holds no bar open. */
  readonly idleMs: DurationMs;
  /** How often every connection is told how the pipeline stands. */
  readonly heartbeatMs: DurationMs;
  /** Where it listens, for sockets and readers of the page. */
  readonly host: string;
  readonly port: number;
  /** A connection ends after this long. */
  readonly connectionMs: DurationMs;
  /** The folder of the built page. @default none is served, only the socket */
  readonly siteDir: string | undefined;
  /** Symbols that the page begins with. */
  readonly symbols: readonly string[];
  /** What the trades are, in a few words for people. */
  readonly words: string;
  /** What they are; the page says so where they are not live. */
  readonly kind: SourceKind;
  /** Where trades that are replayed pass after pass begin again. @default they are not known to */
  readonly passes: Passes | undefined;
  /** @default nobody needs a ticket */
  readonly tickets: TicketsConfig | undefined;
}

/**
 * The configuration that {@link environment} wrote.
 * @throws PipelineError TAPE_CONFIG_INVALID when a variable is absent or has a wrong form.
 */
export const readConfig = (env: Environment): BroadcasterConfig => ({
  ...readEngines(env),
  ...readRules(env),
  source: readText(env, "SOURCE"),
  offeredIntervalsMs: readIntervalsMs(env, "OFFERED_INTERVALS_MS"),
  idleMs: readDurationMs(env, "IDLE_MS"),
  heartbeatMs: readDurationMs(env, "HEARTBEAT_MS"),
  host: readText(env, "HTTP_HOST"),
  port: readPort(env, "SOCKET_PORT"),
  connectionMs: readDurationMs(env, "CONNECTION_MS"),
  siteDir: readOptional(env, "SITE_DIR"),
  symbols: readList(env, "DASHBOARD_SYMBOLS"),
  words: readOptional(env, "DASHBOARD_WORDS") ?? "",
  kind: readKind(env),
  passes: readPasses(env),
  tickets: readTickets(env),
});

/** The environment variables that {@link readConfig} reads back. */
export const environment = (config: BroadcasterConfig): Record<string, string> => ({
  ...enginesEnvironment(config),
  ...rulesEnvironment(config),
  SOURCE: config.source,
  OFFERED_INTERVALS_MS: config.offeredIntervalsMs.join(","),
  IDLE_MS: String(config.idleMs),
  HEARTBEAT_MS: String(config.heartbeatMs),
  HTTP_HOST: config.host,
  SOCKET_PORT: String(config.port),
  CONNECTION_MS: String(config.connectionMs),
  SITE_DIR: config.siteDir ?? "",
  DASHBOARD_SYMBOLS: config.symbols.join(","),
  DASHBOARD_WORDS: config.words,
  DASHBOARD_KIND: config.kind,
  ...(config.passes && { DASHBOARD_PASSES: `${config.passes.beginMs}:${config.passes.everyMs}` }),
  ...(config.tickets && {
    TICKET_SECRET: config.tickets.secret,
    ALLOWED_ORIGINS: config.tickets.allowedOrigins.join(","),
  }),
  TICKET_LIFE_MS: String(config.tickets?.lifeMs ?? DEFAULTS.TICKET_LIFE_MS),
});

/** A secret that is shorter could be guessed from a ticket. */
const MIN_SECRET_LENGTH = 32;

const readTickets = (env: Environment): TicketsConfig | undefined => {
  const secret = readOptional(env, "TICKET_SECRET");
  const hasOrigins = readOptional(env, "ALLOWED_ORIGINS") !== undefined;
  if (secret === undefined) {
    if (hasOrigins) throw invalid("ALLOWED_ORIGINS must go with a TICKET_SECRET, was alone");
    return undefined;
  }
  if (secret.length < MIN_SECRET_LENGTH)
    throw invalid(`TICKET_SECRET must have at least ${MIN_SECRET_LENGTH} characters, had ${secret.length}`);
  const allowedOrigins = hasOrigins ? readList(env, "ALLOWED_ORIGINS") : [];
  return { secret, lifeMs: readDurationMs(env, "TICKET_LIFE_MS"), allowedOrigins };
};

/** What trades of a fetcher's source are. */
const KIND_OF_SOURCE: Readonly<Record<string, SourceKind>> = { replay: "replayed", sim: "simulated" };

const readKind = (env: Environment): SourceKind => {
  const text = readOptional(env, "DASHBOARD_KIND");
  if (text === undefined) return KIND_OF_SOURCE[readText(env, "SOURCE").split(":")[0]!] ?? "live";
  const kind = SOURCE_KINDS.find((candidate) => candidate === text);
  if (kind === undefined)
    throw invalid(`DASHBOARD_KIND must be live, replayed or simulated, was ${JSON.stringify(text)}`);
  return kind;
};

const readPasses = (env: Environment): Passes | undefined => {
  const text = readOptional(env, "DASHBOARD_PASSES");
  if (text === undefined) return undefined;
  const [, begin, every] = /^(\d{1,15}):([1-9]\d{0,14})$/.exec(text) ?? [];
  if (begin === undefined || every === undefined)
    throw invalid(`DASHBOARD_PASSES must be like 1381152600000:3600000, was ${JSON.stringify(text)}`);
  return { beginMs: epochMs(Number(begin)), everyMs: durationMs(Number(every)) };
};
