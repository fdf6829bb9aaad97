import { describe, expect, test } from "vitest";
import { DEFAULT_LOAD } from "#core/plan/load.ts";
import { readConfig } from "./read-config.ts";

describe("the deployment's configuration", () => {
  test("has defaults for everything", () => {
    expect(readConfig({})).toEqual({
      tradesPerSecond: 1_000,
      store: "dynamodb",
      stream: "kinesis",
      shards: 1,
      barsShards: 1,
      aggregatorMemoryMiB: 1_024,
      ticksRetentionHours: 24,
      arrivalWindowSeconds: 15,
      batchSize: 10_000,
      batchingWindowSeconds: 1,
      retryAttempts: -1,
      source: "replay:data/trades-2013-10-07-0930.csv.gz",
      symbols: ["AIG", "BAC", "IBM", "SPY"],
      symbolCount: 4,
      intervals: [
        { intervalMs: 10_000, keepMs: 7 * 86_400_000 },
        { intervalMs: 60_000, keepMs: 400 * 86_400_000 },
      ],
      offeredIntervals: [300_000, 900_000, 3_600_000, 86_400_000],
      slidingAverages: [],
      lanes: 64,
      frameMaxTrades: 1_000,
      frameMaxBytes: 25_000,
      lingerMs: 100,
      maxUnfoldedTrades: 1_000_000,
      maxOutOfOrdernessMs: 2_000,
      idleMs: 10_000,
      heartbeatSeconds: 1,
      clockSkewMs: 10_000,
      rejectedKeep: 30 * 86_400_000,
      access: "ticket",
      allowedOrigins: [],
      jwtIssuer: "",
      jwtAudiences: [],
      signInClientId: "",
      signInScopes: ["openid"],
      signInOrigins: [],
      socketRequestsPerSecond: 500,
      socketRequestsBurst: 1_000,
      ticketsPerSecond: 20,
      ticketsBurst: 100,
      socketClient: "lean",
      fanOut: "none",
      hasDashboard: true,
      alarmEmail: "",
      monthlyBudgetDollars: 0,
      dataRemoval: "retain",
      stage: "",
      logLevel: "INFO",
      tracing: "none",
    });
  });

  test("takes the settings of the file, and context before them", () => {
    const { shards, barsShards, access } = readConfig({ shards: "4" }, { shards: 2, access: "public" });
    expect({ shards, barsShards, access }).toEqual({ shards: 4, barsShards: 1, access: "public" });
  });

  test("reads lists and objects as text and as JSON alike", () => {
    const asText = {
      symbols: "IBM, SPY",
      intervals: "10s:7d,1m:400d",
      offeredIntervals: "5m,1h",
      slidingAverages: "10s/5s, 3s/1s",
    };
    const asJson = {
      symbols: ["IBM", "SPY"],
      intervals: { "10s": "7d", "1m": "400d" },
      offeredIntervals: ["5m", "1h"],
      slidingAverages: ["10s/5s", "3s/1s"],
    };
    expect(readConfig(asText)).toEqual(readConfig({}, asJson));
  });

  test("stores the steps of sliding averages, too", () => {
    const { intervals, slidingAverages } = readConfig({ slidingAverages: "10s/5s,3s/1s,2m/1m" });
    expect(intervals).toEqual([
      { intervalMs: 1_000, keepMs: 86_400_000 },
      { intervalMs: 5_000, keepMs: 86_400_000 },
      { intervalMs: 10_000, keepMs: 7 * 86_400_000 },
      { intervalMs: 60_000, keepMs: 400 * 86_400_000 },
    ]);
    expect(slidingAverages).toEqual([
      { lengthMs: 10_000, stepMs: 5_000 },
      { lengthMs: 3_000, stepMs: 1_000 },
      { lengthMs: 120_000, stepMs: 60_000 },
    ]);
  });

  test("hands a source on as text", () => {
    expect(readConfig({ source: "sim:?rate=5" }).source).toBe("sim:?rate=5");
  });

  test("leaves CDK's own keys alone", () => {
    const own = { "@aws-cdk/core:validateAgainstDefaultRules": true, "aws:cdk:enable-path-metadata": true };
    expect(readConfig({ ...own, shards: 3 }).shards).toBe(3);
  });

  test("offers nothing beyond what is stored when told so", () => {
    expect(readConfig({ offeredIntervals: "" }).offeredIntervals).toEqual([]);
  });
});

describe("what is planned", () => {
  const planOf = (context: Readonly<Record<string, unknown>>) => {
    const { shards, barsShards, aggregatorMemoryMiB, symbolCount } = readConfig(context);
    return { shards, barsShards, aggregatorMemoryMiB, symbolCount };
  };

  test("starts from the settings of the plan's own default", () => {
    const config = readConfig({});
    const same = Object.keys(DEFAULT_LOAD).filter((key) => Object.hasOwn(config, key));
    expect(same).toHaveLength(12);
    expect(config).toMatchObject(
      Object.fromEntries(Object.entries(DEFAULT_LOAD).filter(([key]) => same.includes(key))),
    );
  });

  test("follows the rate and the number of symbols", () => {
    expect(planOf({ tradesPerSecond: 200_000, symbolCount: 500 })).toMatchObject({ shards: 2, symbolCount: 500 });
    expect(planOf({ tradesPerSecond: "200000", symbolCount: "8000" })).toEqual({
      shards: 2,
      barsShards: 1,
      aggregatorMemoryMiB: 1_769,
      symbolCount: 8_000,
    });
  });

  test("leaves alone what is given", () => {
    const given = { shards: 5, barsShards: 1, aggregatorMemoryMiB: 512 };
    expect(planOf({ tradesPerSecond: 200_000, symbolCount: 8_000, ...given })).toEqual({
      ...given,
      symbolCount: 8_000,
    });
  });

  test("takes shards enough for the state of many symbols that hardly trade", () => {
    const symbols = Array.from({ length: 10_000 }, (_, index) => `S${index}`);
    expect(planOf({ tradesPerSecond: 1, symbols })).toMatchObject({
      shards: 3,
      symbolCount: 10_000,
    });
    expect(planOf({ tradesPerSecond: 1, symbolCount: 10_000, arrivalWindowSeconds: 0 })).toMatchObject({ shards: 1 });
  });
});
