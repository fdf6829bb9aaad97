import { intervalText } from "#core/interval.ts";
import { invalid } from "./config-values.ts";
import type { TapestreamConfig } from "./config.ts";

/** Keyspaces keeps no row for longer than 20 years, and what has expired stays for two days more. Source: https://docs.aws.amazon.com/keyspaces/latest/devguide/TTL.html */
const LONGEST_KEYSPACES_DAYS = 7_298;
const DAY_MS = 86_400_000;

/** What functions are built to speak to besides DynamoDB and Kinesis; tools/build.ts names bundles so. */
export const enginesOf = ({ store, stream }: TapestreamConfig): readonly string[] => [
  ...(store === "keyspaces" ? ["keyspaces"] : []),
  ...(stream === "msk" ? ["msk"] : []),
];

/**
 * Refuses what the chosen store and stream cannot do.
 * @throws PipelineError TAPE_CONFIG_INVALID with one sentence
 */
export const checkEngines = (config: TapestreamConfig): void => {
  if (config.store === "keyspaces") checkKeyspaces(config);
  if (config.stream === "msk") checkMsk(config);
};

const checkKeyspaces = ({ intervals, rejectedKeep }: TapestreamConfig): void => {
  const isTooLong = (keepMs: number): boolean => keepMs > LONGEST_KEYSPACES_DAYS * DAY_MS;
  const limit = `at most ${LONGEST_KEYSPACES_DAYS}d with store keyspaces`;
  const long = intervals.find(({ keepMs }) => isTooLong(keepMs));
  if (long !== undefined)
    throw invalid(`intervals must be kept for ${limit}`, `${intervalText(long.intervalMs)}:${long.keepMs / DAY_MS}d`);
  if (isTooLong(rejectedKeep)) throw invalid(`rejectedKeep must be ${limit}`, `${rejectedKeep / DAY_MS}d`);
};

/** Source: https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html (retries need pollers of one's own) */
const checkMsk = ({ arrivalWindowSeconds, fanOut, retryAttempts }: TapestreamConfig): void => {
  if (arrivalWindowSeconds !== 0)
    throw invalid(
      "arrivalWindowSeconds must be 0 with stream msk, over which Lambda has no windows",
      arrivalWindowSeconds,
    );
  if (fanOut === "aggregator" || fanOut === "both")
    throw invalid("fanOut must be none or broadcast with stream msk, which Kinesis's consumers cannot read", fanOut);
  if (retryAttempts !== -1)
    throw invalid(
      "retryAttempts must be -1 with stream msk, whose batches are tried until they succeed",
      retryAttempts,
    );
};
