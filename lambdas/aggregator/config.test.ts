import fc from "fast-check";
import { durationMs } from "#core/units.ts";
import { environment, readConfig, type AggregatorConfig } from "./config.ts";
import { configContract } from "../config.contract.ts";

const duration = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }).map(durationMs);
const interval = fc.integer({ min: 1, max: 604_800 }).map((seconds) => durationMs(seconds * 1_000));
const text = fc.string({ minLength: 1 });
const config: fc.Arbitrary<AggregatorConfig> = fc.record({
  ticksStream: text,
  ticksBrokers: fc.option(text, { nil: undefined }),
  keyspace: fc.option(text, { nil: undefined }),
  barsStream: text,
  panesTable: text,
  checkpointsTable: text,
  rejectedTable: text,
  symbolsTable: text,
  intervals: fc.uniqueArray(fc.record({ intervalMs: interval, keepMs: duration }), {
    minLength: 1,
    selector: ({ intervalMs }) => intervalMs,
  }),
  maxOutOfOrdernessMs: duration,
  clockSkewMs: duration,
  rejectedKeepMs: duration,
  ticksRetentionMs: duration,
});

const env = {
  TICKS_STREAM: "ticks",
  BARS_STREAM: "bars",
  PANES_TABLE: "panes",
  CHECKPOINTS_TABLE: "checkpoints",
  REJECTED_TABLE: "rejected",
  SYMBOLS_TABLE: "symbols",
  TICKS_BROKERS: "a:9098,b:9098",
  KEYSPACE: "tapestream",
  INTERVALS_MS: "10000:604800000,60000:34560000000",
  MAX_OUT_OF_ORDERNESS_MS: "2000",
  CLOCK_SKEW_MS: "10000",
  REJECTED_KEEP_MS: "2592000000",
  TICKS_RETENTION_MS: "86400000",
};

const size = "INTERVALS_MS must hold intervals of whole seconds, at most seven days, in milliseconds";

configContract("the aggregator", {
  readConfig,
  environment,
  configs: config,
  env,
  rejected: [
    [{ PANES_TABLE: undefined }, "PANES_TABLE must be set, was absent"],
    [{ INTERVALS_MS: "" }, "INTERVALS_MS must not be empty"],
    [
      { INTERVALS_MS: "10000" },
      'INTERVALS_MS must be pairs like 10000:604800000 (interval:kept, in milliseconds), had "10000"',
    ],
    [{ INTERVALS_MS: "1500:1" }, `${size}, had 1500`],
    [{ INTERVALS_MS: "604801000:1" }, `${size}, had 604801000`],
    [
      { INTERVALS_MS: "1m:7d" },
      'INTERVALS_MS must keep an interval for a positive whole number of milliseconds, was "7d"',
    ],
    [{ INTERVALS_MS: "1000:1,1000:2" }, "INTERVALS_MS must name each interval once, named 1s twice"],
    [{ CLOCK_SKEW_MS: "-1" }, 'CLOCK_SKEW_MS must be a positive whole number of milliseconds, was "-1"'],
  ],
});
