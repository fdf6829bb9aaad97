import { durationMs, type DurationMs } from "../units.ts";
import { SOCKET_LIMITS } from "./socket-limits.ts";

/** What a dashboard learns from the `config.json` beside it, so that one build serves everywhere. */
export interface DashboardConfig {
  /** Absolute, or relative to the page, whose scheme then decides between `ws` and `wss`. */
  readonly webSocketUrl: string;
  /** Symbols to begin with. */
  readonly symbols: readonly string[];
  /** Intervals that may be asked for, as texts, the shortest first; at least one. */
  readonly intervals: readonly string[];
  /** What the trades are, in a few words for people. */
  readonly source: string;
  /** The gateway ends a connection after this long. @default 2 hours, as API Gateway does */
  readonly connectionMs: DurationMs;
}

/**
 * The configuration in a parsed `config.json`.
 * @throws RangeError when it lacks something.
 */
export const readDashboardConfig = (value: unknown): DashboardConfig => {
  const { webSocketUrl, symbols, intervals, source, connectionMs } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof webSocketUrl !== "string" || webSocketUrl === "")
    throw new RangeError(`webSocketUrl must be a URL, was ${String(webSocketUrl)}`);
  if (!areTexts(symbols)) throw new RangeError(`symbols must be texts, were ${String(symbols)}`);
  if (!areTexts(intervals) || intervals.length === 0)
    throw new RangeError(`intervals must be at least one text, were ${String(intervals)}`);
  return {
    webSocketUrl,
    symbols,
    intervals,
    source: typeof source === "string" ? source : "",
    connectionMs: typeof connectionMs === "number" ? durationMs(connectionMs) : SOCKET_LIMITS.connectionMs,
  };
};

const areTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((text) => typeof text === "string");
