import { intervalText, readInterval } from "../interval.ts";
import { isSymbol } from "../trade.ts";
import { durationMs, epochMs, type DurationMs } from "../units.ts";
import type { Fault } from "./faults.ts";
import { MAX_POSITIONS, readPositions, type Holding } from "./holding.ts";

/** What one client message may hold at most, and one connection: subscriptions, and messages in {@link MESSAGES_WINDOW_MS}. */
export const CLIENT_LIMITS = {
  messageLength: 8_192,
  symbols: 100,
  bars: 1_000,
  subscriptions: 1_200,
  messages: 100,
} as const;

/** Messages are counted in windows of this length. */
export const MESSAGES_WINDOW_MS = durationMs(10_000);

/** Wants the last `bars` bars of each symbol, then every change. */
export interface SubscribeMessage {
  readonly action: "subscribe";
  /** 1 to 100, each once. */
  readonly symbols: readonly string[];
  readonly intervalMs: DurationMs;
  /** 1 to 1,000. */
  readonly bars: number;
}

/** Wants the same as with `subscribe`, but for the panes it has. */
export interface ResumeMessage extends Omit<SubscribeMessage, "action"> {
  readonly action: "resume";
  readonly since: Holding;
}

/** Wants no more changes. */
export interface UnsubscribeMessage {
  readonly action: "unsubscribe";
  readonly symbols: readonly string[];
  readonly intervalMs: DurationMs;
}

/** Wants to know which symbols there are. */
export interface SymbolsMessage {
  readonly action: "symbols";
}

/** Wants feeds that choose what they fetch to fetch these symbols, or no more. */
export interface WatchMessage {
  readonly action: "watch" | "unwatch";
  /** 1 to 100, each once. */
  readonly symbols: readonly string[];
}

/** Wants a pong, and keeps the gateway from closing an idle connection. */
export interface PingMessage {
  readonly action: "ping";
}

/** Wants to know how the pipeline works, shard by shard. */
export interface OperationsMessage {
  readonly action: "operations";
}

export type ClientMessage =
  | SubscribeMessage
  | ResumeMessage
  | UnsubscribeMessage
  | SymbolsMessage
  | WatchMessage
  | PingMessage
  | OperationsMessage;

const ACTIONS: readonly ClientMessage["action"][] = [
  "subscribe",
  "resume",
  "unsubscribe",
  "symbols",
  "watch",
  "unwatch",
  "ping",
  "operations",
];

export type ClientReading =
  | { readonly kind: "message"; readonly message: ClientMessage }
  | ({ readonly kind: "fault" } & Fault);

/** The message that a client sent as `text`, or what is wrong with it. Symbols named twice count once. */
export const readClientMessage = (text: string): ClientReading => {
  if (text.length > CLIENT_LIMITS.messageLength) {
    return fault(
      "message-too-long",
      `a message must be at most ${CLIENT_LIMITS.messageLength} characters, was ${text.length}`,
    );
  }
  const body = readObject(text);
  if (body === undefined) return fault("malformed-json", "a message must be a JSON object");
  const { action } = body;
  switch (action) {
    case "subscribe":
      return readSubscribe(body);
    case "resume":
      return readResume(body);
    case "unsubscribe":
      return readUnsubscribe(body);
    case "watch":
    case "unwatch":
      return readWatch(action, body);
    case "symbols":
    case "ping":
    case "operations":
      return { kind: "message", message: { action } };
    default:
      return fault("unknown-action", `action must be one of ${ACTIONS.join(", ")}, was ${shown(action)}`);
  }
};

/** The JSON text of a client's message; the inverse of {@link readClientMessage}. */
export const clientMessageText = (message: ClientMessage): string => {
  if (!("intervalMs" in message)) return JSON.stringify(message);
  const { intervalMs, ...rest } = message;
  const asked = { ...rest, interval: intervalText(intervalMs) };
  if (message.action !== "resume") return JSON.stringify(asked);
  return JSON.stringify({ ...asked, fromMs: message.since.fromMs, since: [...message.since.upTo] });
};

type Body = Readonly<Record<string, unknown>>;
type Subject = Omit<UnsubscribeMessage, "action">;

const readSubscribe = (body: Body): ClientReading => {
  const asked = readAsked(body);
  return "code" in asked ? asked : { kind: "message", message: { action: "subscribe", ...asked } };
};

const readResume = (body: Body): ClientReading => {
  const asked = readAsked(body);
  if ("code" in asked) return asked;
  const { fromMs, since } = body;
  if (typeof fromMs !== "number" || !Number.isSafeInteger(fromMs)) {
    return fault("invalid-since", `fromMs must be milliseconds since 1970, was ${shown(fromMs)}`);
  }
  const upTo = readPositions(since);
  if (upTo === undefined) {
    return fault("invalid-since", `since must be at most ${MAX_POSITIONS} shards with positions, was ${shown(since)}`);
  }
  return { kind: "message", message: { action: "resume", ...asked, since: { fromMs: epochMs(fromMs), upTo } } };
};

const readAsked = (body: Body): Omit<SubscribeMessage, "action"> | (ClientReading & Fault) => {
  const subject = readSubject(body);
  if ("code" in subject) return subject;
  const { bars } = body;
  if (typeof bars !== "number" || !Number.isInteger(bars) || bars < 1 || bars > CLIENT_LIMITS.bars) {
    return fault("invalid-bars", `bars must be an integer from 1 to ${CLIENT_LIMITS.bars}, was ${shown(bars)}`);
  }
  return { ...subject, bars };
};

const readUnsubscribe = (body: Body): ClientReading => {
  const subject = readSubject(body);
  return "code" in subject ? subject : { kind: "message", message: { action: "unsubscribe", ...subject } };
};

const readWatch = (action: WatchMessage["action"], { symbols }: Body): ClientReading => {
  const read = readSymbols(symbols);
  return "code" in read ? read : { kind: "message", message: { action, symbols: read } };
};

const readSubject = ({ symbols, interval }: Body): Subject | (ClientReading & Fault) => {
  const read = readSymbols(symbols);
  if ("code" in read) return read;
  const intervalMs = typeof interval === "string" ? readInterval(interval) : undefined;
  if (intervalMs === undefined) {
    return fault("unknown-interval", `interval must be a number and s, m, h or d, was ${shown(interval)}`);
  }
  return { symbols: read, intervalMs };
};

/** The symbols, each once. */
const readSymbols = (symbols: unknown): readonly string[] | (ClientReading & Fault) => {
  if (!Array.isArray(symbols) || symbols.length === 0) {
    return fault("invalid-symbols", `symbols must be an array of at least one, was ${shown(symbols)}`);
  }
  if (symbols.length > CLIENT_LIMITS.symbols) {
    return fault("too-many-symbols", `symbols must be at most ${CLIENT_LIMITS.symbols}, were ${symbols.length}`);
  }
  const wrong = symbols.findIndex((symbol) => typeof symbol !== "string" || !isSymbol(symbol));
  if (wrong >= 0) {
    return fault(
      "invalid-symbols",
      `a symbol must be 1 to 32 printable ASCII characters, was ${shown(symbols[wrong])}`,
    );
  }
  return [...new Set(symbols as string[])];
};

const fault = (code: Fault["code"], message: string): { readonly kind: "fault" } & Fault => ({
  kind: "fault",
  code,
  message,
});

const readObject = (text: string): Body | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Body) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

const SHOWN_LENGTH = 64;

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "absent";
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
};
