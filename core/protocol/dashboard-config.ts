import { durationMs, epochMs, type DurationMs, type EpochMs } from "../units.ts";
import { SOCKET_LIMITS } from "./socket-limits.ts";

/**
 * Trades that are replayed pass after pass: one begins at `beginMs`, and one each `everyMs` before and after. Prices step
 * there, though no market moved.
 */
export interface Passes {
  readonly beginMs: EpochMs;
  readonly everyMs: DurationMs;
}

/**
 * What trades are: those of a market as they happen; those of another day, told again; or nobody's. A page says it where
 * they are not `live`.
 */
export const SOURCE_KINDS = ["live", "replayed", "simulated"] as const;

export type SourceKind = (typeof SOURCE_KINDS)[number];

/** How readers sign in where only who is known may connect: by OpenID Connect, as a public client of an issuer. */
export interface SignInConfig {
  /** The issuer's URL, under which its discovery document is. */
  readonly issuer: string;
  readonly clientId: string;
  /** `openid`, and what else is asked for. */
  readonly scopes: readonly string[];
}

/** What a dashboard learns from the `config.json` beside it, so that one build serves everywhere. */
export interface DashboardConfig {
  /** Absolute, or relative to the page, whose scheme then decides between `ws` and `wss`. */
  readonly webSocketUrl: string;
  /** Where a ticket is to be had before each connection, as `webSocketUrl` is written. @default nobody asks for one */
  readonly ticketsUrl?: string | undefined;
  /** Whose tokens are shown for a ticket, or to the socket where nobody hands out tickets. @default nobody has to sign in */
  readonly signIn?: SignInConfig | undefined;
  /** Symbols to begin with. */
  readonly symbols: readonly string[];
  /** Intervals that may be asked for, as texts, the shortest first; at least one. */
  readonly intervals: readonly string[];
  /** What the trades are, in a few words for people. */
  readonly source: string;
  /** @default not known, and nothing is said of it */
  readonly kind?: SourceKind | undefined;
  /** Where the list of faults is that are injected on purpose, relative to the page. @default none are */
  readonly faults?: string | undefined;
  /** The gateway ends a connection after this long. @default 2 hours, as API Gateway does */
  readonly connectionMs: DurationMs;
  /** Whether the source carries symbols of its own alone, whatever is watched, as a replay does. @default false */
  readonly hasOwnSymbols?: boolean;
  /** @default the trades are not known to begin again */
  readonly passes?: Passes | undefined;
}

/**
 * The configuration in a parsed `config.json`.
 * @throws RangeError when it lacks something.
 */
export const readDashboardConfig = (value: unknown): DashboardConfig => {
  const body = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { webSocketUrl, symbols, intervals, source, connectionMs, faults } = body;
  if (typeof webSocketUrl !== "string" || webSocketUrl === "")
    throw new RangeError(`webSocketUrl must be a URL, was ${String(webSocketUrl)}`);
  if (!areTexts(symbols)) throw new RangeError(`symbols must be texts, were ${String(symbols)}`);
  if (!areTexts(intervals) || intervals.length === 0)
    throw new RangeError(`intervals must be at least one text, were ${String(intervals)}`);
  return {
    webSocketUrl,
    ticketsUrl: typeof body["ticketsUrl"] === "string" ? body["ticketsUrl"] : undefined,
    signIn: readSignIn(body["signIn"]),
    symbols,
    intervals,
    source: typeof source === "string" ? source : "",
    kind: SOURCE_KINDS.find((kind) => kind === body["kind"]),
    faults: typeof faults === "string" ? faults : undefined,
    connectionMs: typeof connectionMs === "number" ? durationMs(connectionMs) : SOCKET_LIMITS.connectionMs,
    hasOwnSymbols: body["hasOwnSymbols"] === true,
    passes: readPasses(body["passes"]),
  };
};

const readSignIn = (value: unknown): SignInConfig | undefined => {
  if (value === undefined) return undefined;
  const { issuer, clientId, scopes } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof issuer !== "string" || typeof clientId !== "string" || !areTexts(scopes))
    throw new RangeError("signIn must name issuer, clientId and scopes");
  return { issuer, clientId, scopes };
};

const readPasses = (value: unknown): Passes | undefined => {
  const { beginMs, everyMs } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof beginMs !== "number" || typeof everyMs !== "number" || everyMs <= 0) return undefined;
  return { beginMs: epochMs(beginMs), everyMs: durationMs(everyMs) };
};

const areTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((text) => typeof text === "string");
