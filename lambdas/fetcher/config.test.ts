import fc from "fast-check";
import { durationMs } from "#core/units.ts";
import { environment, readConfig, type FetcherConfig } from "./config.ts";
import { configContract } from "../config.contract.ts";

const count = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const text = fc.string({ minLength: 1 });
const config: fc.Arbitrary<FetcherConfig> = fc.record({
  ticksStream: text,
  ticksBrokers: fc.option(text, { nil: undefined }),
  keyspace: fc.option(text, { nil: undefined }),
  leasesTable: text,
  checkpointsTable: text,
  source: text,
  lanes: count,
  frameMaxTrades: count,
  frameMaxBytes: count,
  lingerMs: count.map(durationMs),
  maxUnfoldedTrades: count,
});

const env = {
  TICKS_STREAM: "ticks",
  LEASES_TABLE: "leases",
  CHECKPOINTS_TABLE: "checkpoints",
  TICKS_BROKERS: "a:9098,b:9098",
  KEYSPACE: "tapestream",
  SOURCE: "replay:data/trades.csv.gz",
  LANES: "64",
  FRAME_MAX_TRADES: "1000",
  FRAME_MAX_BYTES: "25000",
  LINGER_MS: "100",
  MAX_UNFOLDED_TRADES: "1000000",
};

configContract("the fetcher", {
  readConfig,
  environment,
  configs: config,
  env,
  rejected: [
    [{ TICKS_STREAM: undefined }, "TICKS_STREAM must be set, was absent"],
    [{ SOURCE: "" }, "SOURCE must not be empty"],
    [{ LANES: "0" }, 'LANES must be a positive whole number, was "0"'],
    [{ FRAME_MAX_BYTES: "25 KB" }, 'FRAME_MAX_BYTES must be a positive whole number, was "25 KB"'],
    [{ LINGER_MS: "1e2" }, 'LINGER_MS must be a positive whole number of milliseconds, was "1e2"'],
    [{ LANES: "9007199254740993" }, 'LANES must be a positive whole number, was "9007199254740993"'],
  ],
});
