import { durationMs, type DurationMs } from "../units.ts";

/** A stored interval, and how long each of its panes is kept. */
export interface KeptInterval {
  readonly intervalMs: DurationMs;
  readonly keepMs: DurationMs;
}

/** What comes in and what is wanted of it, and the settings of the app that decide what that takes. */
export interface PlanLoad {
  /** While trades flow, all symbols together. */
  readonly tradesPerSecond: number;
  readonly symbolCount: number;
  /** Whether trades bear venue and conditions. */
  readonly hasDetails: boolean;
  /** Hours of a month in which trades flow and viewers look on, up to {@link MONTH_HOURS}. */
  readonly hoursPerMonth: number;
  /** Connections that are open at once. */
  readonly viewerCount: number;
  /** Symbols that one connection subscribes to, at one interval. */
  readonly symbolsPerViewer: number;
  readonly intervals: readonly KeptInterval[];
  /** Lambda's tumbling window; 0 for none. */
  readonly arrivalWindowSeconds: number;
  readonly batchingWindowSeconds: number;
  readonly maxOutOfOrdernessMs: DurationMs;
  readonly heartbeatSeconds: number;
  readonly lanes: number;
  readonly lingerMs: DurationMs;
  readonly frameMaxTrades: number;
  readonly frameMaxBytes: number;
  readonly fanOut: FanOut;
}

/** Whose event source mapping has a consumer of its own, by enhanced fan-out. */
export const FAN_OUTS = ["none", "aggregator", "broadcast", "both"] as const;

export type FanOut = (typeof FAN_OUTS)[number];

/** Whether that reader is among them. */
export const hasFanOut = (fanOut: FanOut, reader: "aggregator" | "broadcast"): boolean =>
  fanOut === "both" || fanOut === reader;

/** What AWS takes a month for. */
export const MONTH_HOURS = 730;

const DAY_MS = 86_400_000;

/** The app as it is deployed when nothing is chosen. */
export const DEFAULT_LOAD: PlanLoad = {
  tradesPerSecond: 1_000,
  symbolCount: 4,
  hasDetails: false,
  hoursPerMonth: MONTH_HOURS,
  viewerCount: 10,
  symbolsPerViewer: 4,
  intervals: [
    { intervalMs: durationMs(10_000), keepMs: durationMs(7 * DAY_MS) },
    { intervalMs: durationMs(60_000), keepMs: durationMs(400 * DAY_MS) },
  ],
  arrivalWindowSeconds: 15,
  batchingWindowSeconds: 1,
  maxOutOfOrdernessMs: durationMs(2_000),
  heartbeatSeconds: 1,
  lanes: 64,
  lingerMs: durationMs(100),
  frameMaxTrades: 1_000,
  frameMaxBytes: 25_000,
  fanOut: "none",
};

/**
 * How many of `slots` are hit when `hits` fall on them evenly at random: as many as there are hits while those are few,
 * and never more than there are slots. Hits that favour some slots touch fewer, so this is the most.
 */
export const touchedOf = (slots: number, hits: number): number => (slots > 0 ? -slots * Math.expm1(-hits / slots) : 0);
