import { DEFAULTS, READERS } from "./config-readers.ts";
import type { TapestreamConfig } from "./config.ts";

type Key = keyof TapestreamConfig;

/** The settings under the headings that they are looked for. */
const GROUPS: Readonly<Record<string, readonly Key[]>> = {
  "What comes in": [
    "source",
    "tradesPerSecond",
    "symbols",
    "symbolCount",
    "lanes",
    "frameMaxTrades",
    "frameMaxBytes",
    "lingerMs",
    "maxUnfoldedTrades",
  ],
  "What bars there are": [
    "intervals",
    "offeredIntervals",
    "slidingAverages",
    "maxOutOfOrdernessMs",
    "idleMs",
    "clockSkewMs",
    "rejectedKeep",
  ],
  "How it runs": [
    "store",
    "stream",
    "shards",
    "barsShards",
    "aggregatorMemoryMiB",
    "ticksRetentionHours",
    "arrivalWindowSeconds",
    "batchSize",
    "batchingWindowSeconds",
    "retryAttempts",
    "fanOut",
  ],
};

const LAST_GROUP = "Who sees it, and who is told";

/** What docs/configuration.md says, made of the comments of config.ts, whose text is `source`, and of the defaults and readers. */
export const configurationDoc = (source: string): string => {
  const grouped = new Set(Object.values(GROUPS).flat());
  const rest = (Object.keys(READERS) as Key[]).filter((key) => !grouped.has(key));
  const groups = [...Object.entries(GROUPS), [LAST_GROUP, rest] as const];
  return `${[HEAD, ...groups.flatMap(([title, keys]) => [`## ${title}`, keys.map((key) => entryOf(key, source)).join("\n")])].join("\n\n")}\n`;
};

const HEAD = `# Configuration

What a deployment chooses stands in [tapestream.config.ts](../tapestream.config.ts), a typed object: an editor completes it, and \`npm run types\` checks it. What it leaves out has the default below. For once, a setting can be given on the command line, before what the file says: \`npm run deploy -- -c shards=4\`, and the same with \`synth\` and \`verify:deploy\`. These three read all settings before they do anything else: a mistake ends in one sentence and exit code 2 within a second or so, nothing is built or written, and a name that is a slip of one below is answered with that. The CDK's own tool takes \`-c\`, too, and says the same at synthesis.

\`\`\`ts
export const settings: TapestreamSettings = {
  tradesPerSecond: 20_000,
  symbolCount: 500,
  intervals: { "1s": "2d", "1m": "400d" },
  alarmEmail: "ops@example.com",
};
\`\`\`

\`npm start\` obeys the file, too, but for what a laptop decides: a shorter \`arrivalWindowSeconds\`, \`access\`, \`dataRemoval\`, \`fanOut\`, \`store\`, \`stream\`, \`stage\`, and the source that its flags name.

Everything here is made of the comments in [infra/config.ts](../infra/config.ts) and of the defaults and checks in [infra/config-readers.ts](../infra/config-readers.ts), by \`npx vitest run infra/configuration-doc.test.ts -u\`.`;

const entryOf = (key: Key, source: string): string => {
  const comment = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n  readonly ${key}:`).exec(source)?.[1] ?? "";
  const { text, planned } = /^(?<text>.+) @default (?<planned>.+)$/.exec(plainOf(comment))?.groups ?? {};
  if (text === undefined || planned === undefined) throw new RangeError(`${key} must have a comment with a @default`);
  return `- **\`${key}\`** ${text} It ${ruleOf(key)}. Default: ${defaultOf(key, planned)}.`;
};

/** A comment's words in one line. */
const plainOf = (comment: string): string =>
  comment
    .replaceAll(/\n\s*\*/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();

/** What a value must be, as the check says it of one that cannot be right. */
const ruleOf = (key: Key): string => {
  try {
    READERS[key](undefined, key);
  } catch (error) {
    return (error as Error).message.slice(key.length + 1).replace(/, was .*$/, "");
  }
  throw new RangeError(`${key} must refuse nothing at all, did not`);
};

const defaultOf = (key: Key, planned: string): string => {
  const value = DEFAULTS[key] === "" ? "" : `\`${String(DEFAULTS[key])}\``;
  const words = planned.replace(/^auto, /, "").trim();
  if (value === "") return words;
  return planned === String(DEFAULTS[key]) ? value : `${value}, ${words}`;
};
