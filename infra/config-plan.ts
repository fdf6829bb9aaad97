import { barsPlanOf } from "#core/plan/bars.ts";
import { DEFAULT_LOAD } from "#core/plan/load.ts";
import { ticksPlanOf } from "#core/plan/ticks.ts";
import type { Settings, TapestreamConfig } from "./config.ts";

/** The settings with what is `auto` as the plan for them has it. */
export const planned = (settings: Settings): TapestreamConfig => {
  const { shards, barsShards, aggregatorMemoryMiB } = settings;
  const symbolCount = settings.symbolCount === "auto" ? settings.symbols.length : settings.symbolCount;
  const load = { ...DEFAULT_LOAD, ...settings, symbolCount };
  const ticks = ticksPlanOf(load, aggregatorMemoryMiB === "auto" ? undefined : aggregatorMemoryMiB);
  const given = { ...ticks, shards: shards === "auto" ? ticks.shards : shards };
  return {
    ...settings,
    symbolCount,
    shards: given.shards,
    barsShards: barsShards === "auto" ? barsPlanOf(load, given).shards : barsShards,
    aggregatorMemoryMiB: ticks.aggregator.memoryMiB,
  };
};
