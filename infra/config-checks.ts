import { PipelineError } from "#core/errors.ts";
import { intervalText, storedIntervalFor } from "#core/interval.ts";
import { STATE_LIMIT_BYTES, stateSizeOf } from "#core/plan/state-size.ts";
import { durationMs } from "#core/units.ts";
import { checkAccess } from "./access-checks.ts";
import { checkEngines } from "./engine-checks.ts";
import { invalid } from "./config-values.ts";
import type { TapestreamConfig } from "./config.ts";

/** @throws PipelineError TAPE_CONFIG_INVALID when settings that are right by themselves do not go together. */
export const checkConfig = (config: TapestreamConfig): void => {
  checkOffered(config);
  checkState(config);
  checkAccess(config);
  checkBudget(config);
  checkEngines(config);
};

const checkOffered = (config: TapestreamConfig): void => {
  const storedMs = config.intervals.map(({ intervalMs }) => intervalMs);
  const odd = config.offeredIntervals.find((offeredMs) => storedIntervalFor(offeredMs, storedMs) === undefined);
  if (odd !== undefined) {
    const stored = storedMs.map(intervalText).join(" or ");
    throw invalid(`offeredIntervals must be whole multiples of a stored interval (${stored})`, intervalText(odd));
  }
};

const checkState = (config: TapestreamConfig): void => {
  if (config.arrivalWindowSeconds === 0) return;
  const { isWithinLimit, arithmetic } = stateSizeOf({
    symbolCount: config.symbolCount,
    shardCount: Math.min(config.shards, config.lanes),
    intervalsMs: config.intervals.map(({ intervalMs }) => intervalMs),
    arrivalWindowMs: durationMs(config.arrivalWindowSeconds * 1_000),
    maxOutOfOrdernessMs: config.maxOutOfOrdernessMs,
  });
  if (!isWithinLimit) {
    throw new PipelineError(
      "TAPE_CONFIG_INVALID",
      `the state of an arrival window must fit ${STATE_LIMIT_BYTES} bytes of Lambda's 1 MB, was ${arithmetic}: ` +
        "take more shards, a shorter arrivalWindowSeconds or fewer intervals",
    );
  }
};

const checkBudget = ({ monthlyBudgetDollars, alarmEmail }: TapestreamConfig): void => {
  if (monthlyBudgetDollars > 0 && alarmEmail === "")
    throw invalid("alarmEmail must be given with monthlyBudgetDollars", alarmEmail);
};
