import { describe, expect, test } from "vitest";
import { readConfig } from "./read-config.ts";

const manySymbols = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `S${index}`);
const rejects = (context: Readonly<Record<string, unknown>>, message: string, settings?: unknown): void => {
  expect(() => readConfig(context, settings)).toThrow(
    expect.objectContaining({ code: "TAPE_CONFIG_INVALID", message }),
  );
};

describe("a mistake in the configuration", () => {
  test("rejects an unknown setting, in context or in the file, and names the one that is meant", () => {
    const meant = "; did you mean shards? docs/configuration.md lists all";
    rejects({ shrads: "4" }, `there is no setting "shrads"${meant}`);
    rejects({}, `there is no setting "shard"${meant}`, { shard: 4 });
    rejects({}, 'there is no setting "aws:shards"; docs/configuration.md lists all', { "aws:shards": 4 });
    rejects({ toString: 4 }, 'there is no setting "toString"; docs/configuration.md lists all');
  });

  test.each([["shards=4"], [["shards"]], [null]])("rejects %j for the settings", (settings) => {
    const was = JSON.stringify(settings);
    rejects({}, `tapestream.config.ts must export settings, an object, was ${was}`, settings);
  });

  test.each([
    ["shards", "0", 'shards must be auto or a whole number from 1 to 20000, was "0"'],
    ["shards", 1.5, "shards must be auto or a whole number from 1 to 20000, was 1.5"],
    ["shards", "four", 'shards must be auto or a whole number from 1 to 20000, was "four"'],
    ["shards", true, "shards must be auto or a whole number from 1 to 20000, was true"],
    ["shards", null, "shards must be auto or a whole number from 1 to 20000, was null"],
    ["barsShards", -1, "barsShards must be auto or a whole number from 1 to 20000, was -1"],
    ["tradesPerSecond", 0, "tradesPerSecond must be a whole number from 1 to 100000000, was 0"],
    ["symbolCount", "many", 'symbolCount must be auto or a whole number from 1 to 1000000, was "many"'],
    ["aggregatorMemoryMiB", 128, "aggregatorMemoryMiB must be auto or a whole number from 256 to 10240, was 128"],
    ["ticksRetentionHours", 23, "ticksRetentionHours must be a whole number from 24 to 8760, was 23"],
    ["arrivalWindowSeconds", -1, "arrivalWindowSeconds must be a whole number from 0 to 900, was -1"],
    ["arrivalWindowSeconds", "901", 'arrivalWindowSeconds must be a whole number from 0 to 900, was "901"'],
    ["arrivalWindowSeconds", "15s", 'arrivalWindowSeconds must be a whole number from 0 to 900, was "15s"'],
    ["batchSize", 10_001, "batchSize must be a whole number from 1 to 10000, was 10001"],
    ["batchingWindowSeconds", 301, "batchingWindowSeconds must be a whole number from 0 to 300, was 301"],
    ["retryAttempts", -2, "retryAttempts must be a whole number from -1 to 10000, was -2"],
    ["lanes", 0, "lanes must be a whole number from 1 to 65536, was 0"],
    ["frameMaxTrades", 0, "frameMaxTrades must be a whole number from 1 to 1000000, was 0"],
    ["frameMaxBytes", 2_000_000, "frameMaxBytes must be a whole number from 1000 to 1000000, was 2000000"],
    ["lingerMs", 0, "lingerMs must be a whole number from 1 to 86400000, was 0"],
    ["idleMs", "10s", 'idleMs must be a whole number from 1 to 86400000, was "10s"'],
    ["source", 5, "source must be text like replay:FILE or sim:?seed=1, was 5"],
    ["source", "", 'source must be text like replay:FILE or sim:?seed=1, was ""'],
    ["source", "sim:?rate=fast", 'the source rate must be a positive number, was "fast"'],
    ["symbols", "", 'symbols must name at least one symbol, was ""'],
    ["symbols", ["IBM", 5], 'symbols must be a list or comma-separated text, was ["IBM",5]'],
    ["symbols", "IBM,,SPY", 'symbols must be names of 1 to 32 characters without spaces and bars, was ""'],
    ["symbols", "A|B", 'symbols must be names of 1 to 32 characters without spaces and bars, was "A|B"'],
    ["symbols", "IBM,IBM", 'symbols must name each one once, was "IBM twice"'],
    ["slidingAverages", 5, "slidingAverages must be a list or comma-separated text, was 5"],
    [
      "slidingAverages",
      "10s/4s",
      'slidingAverages must have a step that divides its length, as 10s/5s has, was "10s/4s"',
    ],
    ["slidingAverages", "10s/5s,10s/5s", 'slidingAverages must name each one once, was "10s/5s twice"'],
    ["rejectedKeep", "30 days", 'rejectedKeep must be a span of time like 30d, was "30 days"'],
    ["rejectedKeep", "99999d", 'rejectedKeep must be a span of time like 30d, was "99999d"'],
    ["access", "everyone", 'access must be ticket or jwt or iam or public, was "everyone"'],
    ["socketClient", "fat", 'socketClient must be lean or sdk, was "fat"'],
    ["fanOut", "all", 'fanOut must be none or aggregator or broadcast or both, was "all"'],
    ["hasDashboard", "yes", 'hasDashboard must be true or false, was "yes"'],
    ["alarmEmail", "ops", 'alarmEmail must be an address like ops@example.com, or empty, was "ops"'],
    ["monthlyBudgetDollars", "50$", 'monthlyBudgetDollars must be a whole number from 0 to 1000000000, was "50$"'],
    ["monthlyBudgetDollars", 50, 'alarmEmail must be given with monthlyBudgetDollars, was ""'],
    ["dataRemoval", "RETAIN", 'dataRemoval must be retain or destroy, was "RETAIN"'],
    [
      "stage",
      "my stage",
      'stage must be empty, or a letter and up to 19 more letters, digits and hyphens, was "my stage"',
    ],
    ["tracing", "otel", 'tracing must be none or xray, was "otel"'],
    ["logLevel", "info", 'logLevel must be DEBUG or INFO or WARN or ERROR, was "info"'],
  ])("rejects %s of %j", (key, value, message) => {
    rejects({ [key]: value }, message);
    rejects({}, message, { [key]: value });
  });

  test.each([
    ["", 'intervals must name at least one interval, was ""'],
    ["10s", 'intervals must be pairs like 10s:7d of an interval and how long it is kept, was "10s"'],
    ["10 s:7d", 'intervals must hold intervals like 10s, 5m or 1h of at most 7d, was "10 s"'],
    ["8d:400d", 'intervals must hold intervals like 10s, 5m or 1h of at most 7d, was "8d"'],
    ["10s:7 days", 'intervals must be a span of time like 30d, was "7 days"'],
    ["1m:10s", 'intervals must keep each interval at least for its own length, was "1m:10s"'],
    ["60s:7d,1m:7d", 'intervals must name each one once, was "1m twice"'],
    [{ "10s": 7 }, "intervals must be a span of time like 30d, was 7"],
    [7, "intervals must be a list or comma-separated text, was 7"],
  ])("rejects the stored intervals %j", (intervals, message) => {
    rejects({ intervals }, message);
  });

  test.each([
    ["1.5m", 'offeredIntervals must hold intervals like 10s, 5m or 1h of at most 7d, was "1.5m"'],
    ["5m,300s", 'offeredIntervals must name each one once, was "5m twice"'],
    ["5m,15s", 'offeredIntervals must be whole multiples of a stored interval (10s or 1m), was "15s"'],
    ["5s", 'offeredIntervals must be whole multiples of a stored interval (10s or 1m), was "5s"'],
  ])("rejects the offered intervals %j", (offeredIntervals, message) => {
    rejects({ offeredIntervals }, message);
  });
});

describe("the state of an arrival window", () => {
  test("rejects more symbols than fit, with the arithmetic", () => {
    rejects(
      { symbols: manySymbols(10_000), shards: 1 },
      "the state of an arrival window must fit 960000 bytes of Lambda's 1 MB, was 10000 symbols a shard x open windows " +
        "(3 of 10s + 2 of 1m) = 50000 panes, x 36 bytes x 4/3 for base64 = 2400000 bytes: " +
        "take more shards, a shorter arrivalWindowSeconds or fewer intervals",
    );
  });

  test("has room for them on three shards, but not when they share one lane", () => {
    expect(readConfig({ symbols: manySymbols(10_000), shards: 3 }).symbols).toHaveLength(10_000);
    expect(() => readConfig({ symbols: manySymbols(10_000), shards: 3, lanes: 1 })).toThrow(
      "must fit 960000 bytes of Lambda's 1 MB",
    );
  });

  test("counts the steps of sliding averages, for which auto takes more shards", () => {
    const settings = { symbolCount: 2_000, slidingAverages: "10s/5s,3s/1s" };
    expect(readConfig({ symbolCount: 2_000, shards: 1 }).shards).toBe(1);
    rejects(
      { ...settings, shards: 1 },
      "the state of an arrival window must fit 960000 bytes of Lambda's 1 MB, was 2000 symbols a shard x open windows " +
        "(18 of 1s + 5 of 5s + 3 of 10s + 2 of 1m) = 56000 panes, x 36 bytes x 4/3 for base64 = 2688000 bytes: " +
        "take more shards, a shorter arrivalWindowSeconds or fewer intervals",
    );
    expect(readConfig(settings).shards).toBe(3);
  });

  test("has room for any number without a window", () => {
    expect(readConfig({ symbols: manySymbols(50_000), arrivalWindowSeconds: 0 }).arrivalWindowSeconds).toBe(0);
  });

  test("rejects a window too long for its symbols", () => {
    const settings = { symbolCount: 1_000, shards: 1 };
    expect(readConfig({ ...settings, arrivalWindowSeconds: 60 }).arrivalWindowSeconds).toBe(60);
    expect(() => readConfig({ ...settings, arrivalWindowSeconds: 900 })).toThrow(
      "must fit 960000 bytes of Lambda's 1 MB",
    );
  });
});
