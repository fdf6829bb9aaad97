import { PipelineError } from "#core/errors.ts";
import { intervalText, readInterval } from "#core/interval.ts";
import { durationMs, type DurationMs } from "#core/units.ts";

/** Environment variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws PipelineError TAPE_CONFIG_INVALID when the variable is absent or empty. */
export const readText = (env: Environment, name: string): string => {
  const text = env[name];
  if (text === undefined) throw invalid(`${name} must be set, was absent`);
  if (text === "") throw invalid(`${name} must not be empty`);
  return text;
};

/** Undefined where the variable is absent or empty. */
export const readOptionalText = (env: Environment, name: string): string | undefined => env[name] || undefined;

/** What is set of these variables, as they are read by {@link readOptionalText}. */
export const optionalTexts = (texts: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined));

/** @throws PipelineError TAPE_CONFIG_INVALID when the variable is no positive whole number. */
export const readCount = (env: Environment, name: string): number =>
  positive(readText(env, name), `${name} must be a positive whole number`);

/** @throws PipelineError TAPE_CONFIG_INVALID when the variable is no positive whole number of milliseconds. */
export const readDurationMs = (env: Environment, name: string): DurationMs =>
  durationMs(positive(readText(env, name), `${name} must be a positive whole number of milliseconds`));

/**
 * The comma-separated intervals of a variable, which may be empty.
 * @throws PipelineError TAPE_CONFIG_INVALID when the variable is absent or one has no name, or one comes twice.
 */
export const readIntervalsMs = (env: Environment, name: string): readonly DurationMs[] =>
  env[name] === ""
    ? []
    : distinct(
        name,
        readText(env, name)
          .split(",")
          .map((text) => intervalMs(name, text)),
      );

/** A stored interval and how long its panes are kept. */
export interface StoredInterval {
  readonly intervalMs: DurationMs;
  readonly keepMs: DurationMs;
}

/**
 * The stored intervals of a variable: `10000:604800000,60000:34560000000`, each with how long it is kept.
 * @throws PipelineError TAPE_CONFIG_INVALID when the variable is absent or not of this form, or an interval comes twice.
 */
export const readStoredIntervals = (env: Environment, name: string): readonly StoredInterval[] => {
  const stored = readText(env, name)
    .split(",")
    .map((pair) => storedInterval(name, pair));
  distinct(
    name,
    stored.map((interval) => interval.intervalMs),
  );
  return stored;
};

/** The text that {@link readStoredIntervals} reads. */
export const storedIntervalsText = (stored: readonly StoredInterval[]): string =>
  stored.map(({ intervalMs: sizeMs, keepMs }) => `${sizeMs}:${keepMs}`).join(",");

const storedInterval = (name: string, pair: string): StoredInterval => {
  const [sizeText, keepText, ...rest] = pair.split(":");
  if (sizeText === undefined || keepText === undefined || rest.length > 0) {
    throw invalid(
      `${name} must be pairs like 10000:604800000 (interval:kept, in milliseconds), had ${JSON.stringify(pair)}`,
    );
  }
  const keepMs = positive(keepText, `${name} must keep an interval for a positive whole number of milliseconds`);
  return { intervalMs: intervalMs(name, sizeText), keepMs: durationMs(keepMs) };
};

const intervalMs = (name: string, text: string): DurationMs => {
  const problem = `${name} must hold intervals of whole seconds, at most seven days, in milliseconds`;
  const interval = readInterval(`${positive(text, problem) / 1_000}s`);
  if (interval === undefined) throw invalid(`${problem}, had ${text}`);
  return interval;
};

const distinct = (name: string, intervalsMs: readonly DurationMs[]): readonly DurationMs[] => {
  const twice = intervalsMs.find((interval, index) => intervalsMs.indexOf(interval) !== index);
  if (twice !== undefined) throw invalid(`${name} must name each interval once, named ${intervalText(twice)} twice`);
  return intervalsMs;
};

const positive = (text: string, problem: string): number => {
  const value = /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw invalid(`${problem}, was ${JSON.stringify(text)}`);
  return value;
};

const invalid = (message: string): PipelineError => new PipelineError("TAPE_CONFIG_INVALID", message);
