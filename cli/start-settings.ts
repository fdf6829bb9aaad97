import { basename, join, resolve } from "node:path";
import type { Passes, SourceKind } from "#core/protocol/dashboard-config.ts";
import { SOCKET_LIMITS } from "#core/protocol/socket-limits.ts";
import { slidingWindowText, type SlidingWindow } from "#core/sliding-window.ts";
import { durationMs, type DurationMs } from "#core/units.ts";
import { liveReplayText, replayText } from "#lambdas/fetcher/source-spec.ts";
import { usage, type Arguments } from "./command.ts";
import { inspectFile } from "./inspect-file.ts";
import { passesOf } from "./start-passes.ts";
import { readIdleClose, readSliding, readSpeed, readWhole } from "./values.ts";
import { countOf } from "./output.ts";

export interface StartSettings {
  readonly source: "replay" | "sim";
  readonly file: string;
  readonly speed: number | "max";
  /** Sliding averages; none: those of tapestream.config.ts, or of the environment of workers. */
  readonly sliding: readonly SlidingWindow[];
  /** Undefined: 8080, or the next that is free. */
  readonly port: number | undefined;
  readonly isHeadless: boolean;
  /** Undefined: until somebody ends it. */
  readonly seconds: number | undefined;
  readonly dataDir: string | undefined;
  /** How long a connection lasts at most. */
  readonly connectionMs: DurationMs;
  /** How long an idle shard waits before its arrival window is taken to be over. */
  readonly idleCloseMs: DurationMs;
  readonly isVerbose: boolean;
}

/** Where trades come from. */
export interface Feed {
  /** What the fetcher is told. */
  readonly spec: string;
  readonly symbols: readonly string[];
  /** A few words for people: what the trades are, and which. */
  readonly words: string;
  readonly kind: SourceKind;
  /** Where the file begins again, as far as that is known before it runs. */
  readonly passes?: Passes | undefined;
}

/** The flags of every way to start. */
export const START_OPTIONS = {
  source: { type: "string" },
  file: { type: "string" },
  speed: { type: "string" },
  sliding: { type: "string", multiple: true },
  port: { type: "string" },
  for: { type: "string" },
  data: { type: "string" },
  verbose: { type: "boolean" },
} as const;

const EXCERPT = join(import.meta.dirname, "../data/trades-2013-10-07-0930.csv.gz");
const HISTORY = "30m";
const SIM_SYMBOLS = ["AIG", "BAC", "IBM", "SPY"];
const SIM_RATE = 200;

/** @throws PipelineError TAPE_USAGE */
export const readSettings = (args: Arguments): StartSettings => {
  const source = args.text("source") ?? "replay";
  if (source !== "replay" && source !== "sim")
    throw usage(`--source must be replay or sim, was ${JSON.stringify(source)}`);
  const [file, speed] = [args.text("file"), args.text("speed")];
  if (source === "sim" && (file ?? speed) !== undefined)
    throw usage("--file and --speed go with a replay, --source was sim");
  const [port, seconds, dataDir] = [args.text("port"), args.text("for"), args.text("data")];
  const longest = SOCKET_LIMITS.connectionMs / 1_000;
  const limit = readWhole("--socket-limit", args.text("socket-limit") ?? String(longest), 5, longest);
  return {
    source,
    file: file === undefined ? EXCERPT : resolve(file),
    speed: readSpeed(speed ?? "1"),
    sliding: readSliding(args.texts("sliding")),
    port: port === undefined ? undefined : readWhole("--port", port, 0, 65_535),
    isHeadless: args.isSet("headless"),
    seconds: seconds === undefined ? undefined : readWhole("--for", seconds, 1, 999_999_999),
    dataDir: dataDir === undefined ? undefined : resolve(dataDir),
    connectionMs: durationMs(limit * 1_000),
    idleCloseMs: readIdleClose(args.text("idle-close")),
    isVerbose: args.isSet("verbose"),
  };
};

/**
 * The feed that the settings ask for. At true speed a file is replayed as if it happened now; a faster replay would run
 * ahead of the clock, so it keeps the file's own times.
 * @throws PipelineError TAPE_FILE_UNREADABLE
 */
export const feedOf = async ({ source, file, speed }: StartSettings): Promise<Feed> => {
  if (source === "sim") {
    const spec = `sim:?symbols=${SIM_SYMBOLS.join(",")}&rate=${SIM_RATE}`;
    return { spec, symbols: SIM_SYMBOLS, words: "simulated trades", kind: "simulated" };
  }
  const { symbols, firstMs, lastMs, trades, rejected } = await inspectFile(file);
  const day = new Date(firstMs).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
  const name = file === EXCERPT ? "" : ` (${basename(file)}${setAside(rejected)})`;
  const what = `${countOf(trades, "trade")} of ${day}${name}`;
  const kind = "replayed";
  if (speed === 1) {
    const passes = passesOf(firstMs, lastMs, { isMoved: true });
    return { spec: liveReplayText(file, HISTORY), symbols, words: `${what}, replayed as if now`, kind, passes };
  }
  if (speed === "max")
    return { spec: replayText(file, speed), symbols, words: `${what}, replayed once at full speed`, kind };
  return {
    spec: `${replayText(file, speed)}&loop=1`,
    symbols,
    words: `${what}, replayed at ${speed} times their speed`,
    kind,
    passes: passesOf(firstMs, lastMs, { isMoved: false }),
  };
};

/** How bars of this feed are read, for people to copy. */
export const barsLines = ({ symbols }: Feed, { sliding }: Pick<StartSettings, "sliding">): readonly string[] => {
  const command = `npm run bars -- --symbol ${symbols.at(-1)}`;
  const windows = sliding.map((window) => `             ${command} --sliding ${slidingWindowText(window)}`);
  return [`  bars       ${command} --interval 1m`, ...windows];
};

const setAside = (rows: number): string => (rows === 0 ? "" : `, ${countOf(rows, "row")} set aside`);
