import { DEFAULT_LOAD, FAN_OUTS, MONTH_HOURS, type FanOut, type KeptInterval, type PlanLoad } from "#core/plan/load.ts";
import { intervalText } from "#core/interval.ts";
import { durationMs, type DurationMs } from "#core/units.ts";
import { usage, type Arguments } from "./command.ts";
import { readBarInterval, readWhole } from "./values.ts";

const DAY_MS = 86_400_000;
const MAX_RATE = 100_000_000;
const MAX_SYMBOLS = 1_000_000;
const MAX_VIEWERS = 10_000_000;

/** What a viewer of a large market looks at, unless told otherwise. */
const WATCHED_SYMBOLS = 20;

/** The load that the flags ask for, the app's own settings where they say nothing. @throws PipelineError TAPE_USAGE */
export const readLoad = (args: Arguments): PlanLoad => {
  const whole = (flag: string, fallback: number, least: number, greatest: number): number => {
    const given = args.text(flag);
    return given === undefined ? fallback : readWhole(`--${flag}`, given, least, greatest);
  };
  const symbolCount = whole("symbols", DEFAULT_LOAD.symbolCount, 1, MAX_SYMBOLS);
  return {
    ...DEFAULT_LOAD,
    tradesPerSecond: whole("rate", DEFAULT_LOAD.tradesPerSecond, 1, MAX_RATE),
    symbolCount,
    hasDetails: args.isSet("details"),
    hoursPerMonth: readHours(args.text("hours")),
    viewerCount: whole("viewers", DEFAULT_LOAD.viewerCount, 0, MAX_VIEWERS),
    symbolsPerViewer: whole("symbols-per-viewer", Math.min(WATCHED_SYMBOLS, symbolCount), 1, symbolCount),
    intervals: readIntervals(args.texts("interval")),
    arrivalWindowSeconds: whole("arrival-window", DEFAULT_LOAD.arrivalWindowSeconds, 0, 900),
    fanOut: readFanOut(args.text("fan-out") ?? DEFAULT_LOAD.fanOut),
    lanes: whole("lanes", DEFAULT_LOAD.lanes, 1, 65_536),
    lingerMs: durationMs(whole("linger", DEFAULT_LOAD.lingerMs, 1, 60_000)),
  };
};

const readFanOut = (text: string): FanOut => {
  const fanOut = FAN_OUTS.find((choice) => choice === text);
  if (fanOut === undefined) throw usage(`--fan-out must be ${FAN_OUTS.join(" or ")}, was ${JSON.stringify(text)}`);
  return fanOut;
};

const readHours = (text: string | undefined): number => {
  const hours = text === undefined ? DEFAULT_LOAD.hoursPerMonth : /^\d{1,3}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (hours <= 0 || hours > MONTH_HOURS)
    throw usage(`--hours must be a number above 0 and up to ${MONTH_HOURS}, was ${JSON.stringify(text)}`);
  return hours;
};

const readIntervals = (texts: readonly string[]): readonly KeptInterval[] => {
  if (texts.length === 0) return DEFAULT_LOAD.intervals;
  const intervals = texts.flatMap((text) => text.split(",")).map(readInterval);
  const names = intervals.map(({ intervalMs }) => intervalText(intervalMs));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw usage(`--interval must name each interval once, was ${twice} twice`);
  return intervals;
};

/** `1m`, or `1m:30d` with how long its bars are kept. */
const readInterval = (text: string): KeptInterval => {
  const [size = "", keep, ...rest] = text.trim().split(":");
  if (rest.length > 0) throw usage(`--interval must be like 1m or 1m:30d, was ${JSON.stringify(text)}`);
  const intervalMs = readBarInterval(size);
  const keepMs = keep === undefined ? keptByDefault(intervalMs) : readKeep(keep);
  if (keepMs < intervalMs)
    throw usage(`--interval must be kept at least for its own length, was ${JSON.stringify(text)}`);
  return { intervalMs, keepMs };
};

const readKeep = (text: string): DurationMs => {
  const days = /^([1-9]\d{0,3})d$/.exec(text)?.[1];
  if (days === undefined)
    throw usage(`--interval must say how long it is kept in days, like 1m:30d, was ${JSON.stringify(text)}`);
  return durationMs(Number(days) * DAY_MS);
};

/** As long as the app's longest interval that is no longer, or its shortest. */
const keptByDefault = (intervalMs: DurationMs): DurationMs => {
  const [shortest, ...others] = DEFAULT_LOAD.intervals.toSorted((a, b) => a.intervalMs - b.intervalMs);
  const known = others.findLast((other) => other.intervalMs <= intervalMs) ?? shortest;
  return known?.keepMs ?? durationMs(7 * DAY_MS);
};
