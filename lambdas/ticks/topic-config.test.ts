import fc from "fast-check";
import { durationMs } from "#core/units.ts";
import { configContract } from "../config.contract.ts";
import { environment, readConfig, type TopicConfig } from "./topic-config.ts";

const count = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const text = fc.string({ minLength: 1 });
const config: fc.Arbitrary<TopicConfig> = fc.record({
  ticksStream: text,
  ticksBrokers: text,
  ticksPartitions: count,
  ticksRetentionMs: count.map(durationMs),
});

configContract("what makes the ticks topic", {
  readConfig,
  environment,
  configs: config,
  env: { TICKS_STREAM: "ticks", TICKS_BROKERS: "a:9098", TICKS_PARTITIONS: "4", TICKS_RETENTION_MS: "86400000" },
  rejected: [
    [{ TICKS_BROKERS: undefined }, "TICKS_BROKERS must be set, was absent"],
    [{ TICKS_PARTITIONS: "0" }, 'TICKS_PARTITIONS must be a positive whole number, was "0"'],
  ],
});
