import { isStage, STAGE_RULE } from "#core/deployment.ts";
import { PipelineError } from "#core/errors.ts";
import { intervalText, readInterval } from "#core/interval.ts";
import { readSlidingWindows, type SlidingWindow } from "#core/sliding-window.ts";
import { durationMs, type DurationMs } from "#core/units.ts";
import type { StoredInterval } from "#lambdas/environment.ts";
import { readSourceSpec } from "#lambdas/fetcher/source-spec.ts";

/**
 * Reads one setting as it is given: a value of `tapestream.config.ts`, or text from `-c key=value`.
 * @throws PipelineError TAPE_CONFIG_INVALID with one sentence that starts with the setting's name.
 */
export type Reader<Value> = (value: unknown, key: string) => Value;

/** A whole number within `[min, max]`. */
export const wholeNumber =
  (min: number, max: number): Reader<number> =>
  (value, key) => {
    const number = readWholeNumber(value, min, max);
    if (number === undefined) throw invalid(`${key} must be a whole number from ${min} to ${max}`, value);
    return number;
  };

/** A whole number within `[min, max]`, or `auto`: the plan decides. */
export const wholeNumberOrAuto =
  (min: number, max: number): Reader<number | "auto"> =>
  (value, key) => {
    const number = value === "auto" ? value : readWholeNumber(value, min, max);
    if (number === undefined) throw invalid(`${key} must be auto or a whole number from ${min} to ${max}`, value);
    return number;
  };

/** A number of milliseconds within one day. */
export const milliseconds: Reader<DurationMs> = (value, key) => durationMs(wholeNumber(1, 86_400_000)(value, key));

/** One of `choices`. */
export const oneOf =
  <Choice extends string>(...choices: readonly Choice[]): Reader<Choice> =>
  (value, key) => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw invalid(`${key} must be ${choices.join(" or ")}`, value);
    return choice;
  };

/** A boolean, or its name. */
export const trueOrFalse: Reader<boolean> = (value, key) => {
  if (typeof value === "boolean") return value;
  if (value !== "true" && value !== "false") throw invalid(`${key} must be true or false`, value);
  return value === "true";
};

/** An address to mail to, or empty text for none. */
export const emailOrNothing: Reader<string> = (value, key) => {
  if (typeof value !== "string" || !/^([^\s@]+@[^\s@]+[.][^\s@]+)?$/.test(value))
    throw invalid(`${key} must be an address like ops@example.com, or empty`, value);
  return value;
};

/** What a stage may be called, or empty text for the one without a name. */
export const stageName: Reader<string> = (value, key) => {
  if (typeof value !== "string" || !isStage(value)) throw invalid(`${key} must be ${STAGE_RULE}`, value);
  return value;
};

/** The text of a source that the fetcher will take. */
export const source: Reader<string> = (value, key) => {
  if (typeof value !== "string" || value === "")
    throw invalid(`${key} must be text like replay:FILE or sim:?seed=1`, value);
  readSourceSpec(value);
  return value;
};

/** A list or comma-separated text of distinct symbols, at least one. */
export const symbols: Reader<readonly string[]> = (value, key) => {
  const names = texts(value, key);
  if (names.length === 0) throw invalid(`${key} must name at least one symbol`, value);
  const wrong = names.find((name) => !/^[^\s,|]{1,32}$/.test(name));
  if (wrong !== undefined) throw invalid(`${key} must be names of 1 to 32 characters without spaces and bars`, wrong);
  return distinct(names, key);
};

/** A list or comma-separated text of distinct intervals such as `5m`; may be empty. */
export const intervals: Reader<readonly DurationMs[]> = (value, key) =>
  distinctIntervals(
    texts(value, key).map((text) => interval(text, key)),
    key,
  );

/** A list or comma-separated text of distinct sliding windows such as `10s/5s`; may be empty. */
export const slidingWindows: Reader<readonly SlidingWindow[]> = (value, key) =>
  readSlidingWindows(texts(value, key), key);

/** An object `{"10s": "7d"}` or text `10s:7d,1m:400d` of intervals and how long each is kept, at least one. */
export const storedIntervals: Reader<readonly StoredInterval[]> = (value, key) => {
  const pairs = isRecord(value) ? Object.entries(value) : texts(value, key).map((text) => pairOf(text, key));
  if (pairs.length === 0) throw invalid(`${key} must name at least one interval`, value);
  const kept = pairs.map(([text, keep]) => ({ intervalMs: interval(text, key), keepMs: span(keep, key) }));
  distinctIntervals(
    kept.map(({ intervalMs }) => intervalMs),
    key,
  );
  const short = kept.findIndex(({ intervalMs, keepMs }) => keepMs < intervalMs);
  if (short >= 0) throw invalid(`${key} must keep each interval at least for its own length`, pairs[short]?.join(":"));
  return kept;
};

/** A span of time such as `30d`: a whole number and `s`, `m`, `h` or `d`, at most 100 years. */
export const span: Reader<DurationMs> = (value, key) => {
  const match = typeof value === "string" ? /^([1-9]\d{0,9})([smhd])$/.exec(value) : null;
  const sizeMs = match === null ? 0 : Number(match[1]) * SPAN_UNITS_MS[match[2] as keyof typeof SPAN_UNITS_MS];
  if (sizeMs === 0 || sizeMs > 36_500 * SPAN_UNITS_MS.d) throw invalid(`${key} must be a span of time like 30d`, value);
  return durationMs(sizeMs);
};

/** A list or comma-separated text of distinct origins as browsers send them; may be empty. */
export const origins: Reader<readonly string[]> = (value, key) => {
  const names = texts(value, key);
  const wrong = names.find((name) => !URL.canParse(name) || new URL(name).origin !== name);
  if (wrong !== undefined)
    throw invalid(`${key} must be origins like https://example.com, in lower case and without a path`, wrong);
  return distinct(names, key);
};

/** The URL of an OpenID Connect issuer as it stands in tokens, or none. On this machine it may go without TLS. */
export const issuer: Reader<string> = (value, key) => {
  if (value === "") return value;
  const form = /^(https:\/\/[^\s?#/]|http:\/\/(localhost|127\.0\.0\.1)(:|\/|$))[^\s?#]*$/;
  if (typeof value === "string" && form.test(value) && URL.canParse(value)) return value;
  throw invalid(`${key} must be a URL like https://issuer.example.com, letter by letter as it stands in tokens`, value);
};

/** A list or comma-separated text of distinct clients of an issuer; may be empty. */
export const audiences: Reader<readonly string[]> = (value, key) => {
  const names = texts(value, key);
  const wrong = names.find((name) => !/^[^\s,]{1,256}$/.test(name));
  if (wrong !== undefined)
    throw invalid(`${key} must be names of 1 to 256 characters without spaces and commas`, wrong);
  return distinct(names, key);
};

/** A client's name at an issuer, or empty text for none. */
export const clientIdOrNothing: Reader<string> = (value, key) => {
  if (typeof value !== "string" || !/^[^\s,]{0,256}$/.test(value))
    throw invalid(`${key} must be a name of at most 256 characters without spaces and commas`, value);
  return value;
};

/** A list or comma-separated text of distinct scopes, `openid` among them. */
export const scopes: Reader<readonly string[]> = (value, key) => {
  const names = texts(value, key);
  if (!names.includes("openid") || names.some((name) => !/^[\x21\x23-\x5B\x5D-\x7E]+$/.test(name)))
    throw invalid(`${key} must be scopes without spaces, openid among them`, value);
  return distinct(names, key);
};

/** One sentence on what must be and what was. */
export const invalid = (mustBe: string, value: unknown): PipelineError =>
  new PipelineError("TAPE_CONFIG_INVALID", `${mustBe}, was ${JSON.stringify(value) ?? String(value)}`);

const readWholeNumber = (value: unknown, min: number, max: number): number | undefined => {
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= min && number <= max
    ? number
    : undefined;
};

const SPAN_UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const interval: Reader<DurationMs> = (value, key) => {
  const intervalMs = typeof value === "string" ? readInterval(value) : undefined;
  if (intervalMs === undefined) throw invalid(`${key} must hold intervals like 10s, 5m or 1h of at most 7d`, value);
  return intervalMs;
};

const pairOf = (text: string, key: string): readonly [string, string] => {
  const [size, keep, ...rest] = text.split(":");
  if (size === undefined || keep === undefined || rest.length > 0) {
    throw invalid(`${key} must be pairs like 10s:7d of an interval and how long it is kept`, text);
  }
  return [size, keep];
};

const texts = (value: unknown, key: string): readonly string[] => {
  if (value === "") return [];
  const list: unknown = typeof value === "string" ? value.split(",").map((text) => text.trim()) : value;
  if (!Array.isArray(list) || !list.every((entry) => typeof entry === "string")) {
    throw invalid(`${key} must be a list or comma-separated text`, value);
  }
  return list;
};

const distinct = (names: readonly string[], key: string): readonly string[] => {
  const seen = new Set<string>();
  const twice = names.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined) throw invalid(`${key} must name each one once`, `${twice} twice`);
  return names;
};

const distinctIntervals = (intervalsMs: readonly DurationMs[], key: string): readonly DurationMs[] => {
  distinct(intervalsMs.map(intervalText), key);
  return intervalsMs;
};

/** Whether `value` is an object and no list. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
