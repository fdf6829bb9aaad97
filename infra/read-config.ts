import { PipelineError } from "#core/errors.ts";
import { withSteps } from "#core/sliding-window.ts";
import { checkConfig } from "./config-checks.ts";
import { planned } from "./config-plan.ts";
import { DEFAULTS, READERS } from "./config-readers.ts";
import { invalid, isRecord } from "./config-values.ts";
import type { Settings, TapestreamConfig } from "./config.ts";
import { nearestName } from "./nearest-name.ts";

const KEYS = Object.keys(READERS) as readonly (keyof TapestreamConfig)[];

/**
 * The configuration: the defaults, changed by the settings of `tapestream.config.ts`, changed by keys of CDK context of
 * the settings' own names, as `-c shards=4` gives them.
 * @throws PipelineError TAPE_CONFIG_INVALID with one sentence on the first mistake found.
 */
export const readConfig = (context: Readonly<Record<string, unknown>>, settings: unknown = {}): TapestreamConfig => {
  if (!isRecord(settings)) throw invalid("tapestream.config.ts must export settings, an object", settings);
  const chosen = { ...DEFAULTS, ...known(settings), ...known(withoutCdkKeys(context)) };
  const read = KEYS.map((key) => [key, READERS[key](chosen[key], key)]);
  const given = Object.fromEntries(read) as Settings;
  const config = planned({ ...given, intervals: withSteps(given.intervals, given.slidingAverages) });
  checkConfig(config);
  return config;
};

/** Context without CDK's own keys, which carry a colon: `@aws-cdk/core:…`, `aws:cdk:…`, `vpc-provider:…`. */
const withoutCdkKeys = (context: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(context).filter(([key]) => !key.includes(":")));

const known = (settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const unknown = Object.keys(settings).find((key) => !Object.hasOwn(READERS, key));
  if (unknown !== undefined) throw new PipelineError("TAPE_CONFIG_INVALID", unknownWords(unknown));
  return settings;
};

const unknownWords = (name: string): string => {
  const nearest = nearestName(name, KEYS);
  const meant = nearest === undefined ? "" : `did you mean ${nearest}? `;
  return `there is no setting ${JSON.stringify(name)}; ${meant}docs/configuration.md lists all`;
};
