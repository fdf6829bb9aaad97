import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { capacityOf, type Capacity } from "#core/plan/capacity.ts";
import { costOf, frameGigabytesOf, idleCostOf, onMsk, pausedCostOf, standingShardsOf } from "#core/plan/cost.ts";
import type { Bill } from "#core/plan/bill.ts";
import { DEFAULT_LOAD, type FanOut, type KeptInterval, type PlanLoad } from "#core/plan/load.ts";
import type { DurationMs } from "#core/units.ts";

/** What the app was synthesized with, as far as commands need it; infra/app.ts leaves it beside the templates. */
export interface SynthesizedSettings {
  readonly tradesPerSecond: number;
  readonly store: string;
  readonly stream: string;
  readonly shards: number;
  readonly barsShards: number;
  readonly fanOut: FanOut;
  readonly source: string;
  readonly jwtIssuer: string;
  readonly jwtAudiences: readonly string[];
  readonly signInClientId: string;
  readonly signInScopes: readonly string[];
  readonly stage: string;
  readonly symbols: readonly string[];
  readonly symbolCount: number;
  readonly intervals: readonly KeptInterval[];
  readonly offeredIntervals: readonly DurationMs[];
}

/** The settings in the folder of a synthesized app. */
export const readSynthesizedSettings = async (outDir: string): Promise<SynthesizedSettings> =>
  JSON.parse(await readFile(join(outDir, "tapestream.json"), "utf8")) as SynthesizedSettings;

/** What a month of a deployment costs, by the plan's prices. */
export interface DeploymentCost {
  /** Trades at the rate of the settings at all hours, and the plan's own number of viewers. */
  readonly busy: Bill;
  /** Nothing trades. */
  readonly idle: Bill;
  readonly paused: Bill;
  readonly load: PlanLoad;
}

/** What a month costs with these settings, on the shards that they have. */
export const costOfSettings = (settings: SynthesizedSettings): DeploymentCost => {
  const symbolsPerViewer = Math.min(settings.symbolCount, WATCHED_SYMBOLS);
  const load: PlanLoad = { ...DEFAULT_LOAD, ...settings, symbolsPerViewer };
  const capacity = withShards(capacityOf(load), settings);
  const shards = standingShardsOf(load, capacity);
  const cost = { load, busy: costOf(load, capacity), idle: idleCostOf(load, capacity), paused: pausedCostOf(shards) };
  if (settings.stream !== "msk") return cost;
  const standing = { partitions: settings.shards, hasKeyspaces: settings.store === "keyspaces" };
  return {
    load,
    busy: onMsk(cost.busy, standing, frameGigabytesOf(load, capacity)),
    idle: onMsk(cost.idle, standing, 0),
    paused: onMsk(cost.paused, standing, 0),
  };
};

/** What a viewer of a large market looks at. */
const WATCHED_SYMBOLS = 20;

const withShards = (capacity: Capacity, { shards, barsShards }: SynthesizedSettings): Capacity => ({
  ...capacity,
  ticks: { ...capacity.ticks, shards },
  bars: { ...capacity.bars, shards: barsShards },
});
