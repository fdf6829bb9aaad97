import { CLIENT_LIMITS } from "#core/protocol/client-message.ts";

/** A subscription, or what looks like one. */
export const subscribe = (given: object = {}): string =>
  JSON.stringify({ action: "subscribe", symbols: ["IBM"], interval: "10s", bars: 10, ...given });

const long = "x".repeat(CLIENT_LIMITS.messageLength);
const many = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `S${index}`);

/** What is no message, and the code with which it is refused. */
export const REFUSED_MESSAGES: readonly (readonly [string, string])[] = [
  ["{", "malformed-json"],
  ["[]", "malformed-json"],
  ["\u0000", "malformed-json"],
  [JSON.stringify({ action: "ping", long }), "message-too-long"],
  [subscribe({ symbols: many(2_000) }), "message-too-long"],
  [subscribe({ symbols: many(101) }), "too-many-symbols"],
  ['{"__proto__":{"action":"ping"}}', "unknown-action"],
  [JSON.stringify({ action: "constructor" }), "unknown-action"],
  [JSON.stringify({ action: "$connect" }), "unknown-action"],
  [JSON.stringify({ action: { $ne: "ping" } }), "unknown-action"],
  [subscribe({ symbols: ["IBM\u0000"] }), "invalid-symbols"],
  [subscribe({ symbols: ["IBM\nSPY"] }), "invalid-symbols"],
  [subscribe({ symbols: [{ S: "IBM" }] }), "invalid-symbols"],
  [subscribe({ symbols: "IBM" }), "invalid-symbols"],
  [subscribe({ interval: "__proto__" }), "unknown-interval"],
  [subscribe({ interval: "99999999999999999999d" }), "unknown-interval"],
  [subscribe({ interval: "-10s" }), "unknown-interval"],
  [subscribe({ bars: -1 }), "invalid-bars"],
  [subscribe({ bars: 1e308 }), "invalid-bars"],
  [subscribe({ bars: "10 OR 1=1" }), "invalid-bars"],
  [subscribe({ action: "resume", fromMs: 1e300, since: [] }), "invalid-since"],
  [subscribe({ action: "resume", fromMs: 0, since: [["#", "' OR ''='"]] }), "invalid-since"],
];

/** Names that would be something else, if a name were more than a name. */
export const FOREIGN_NAMES: readonly string[] = [
  "__proto__",
  "constructor",
  "IBM|10s",
  "IBM#10s",
  "10s|IBM",
  "IBM'--",
  '"IBM"',
  "*",
  "${IBM}",
  "messages|IBM",
];
