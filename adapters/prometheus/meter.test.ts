import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { METRICS, type MetricName } from "#core/metrics.ts";
import { createPrometheusMeter, prometheusName } from "./meter.ts";
import { Metrics } from "./metrics.ts";

const NAMES = Object.keys(METRICS) as readonly MetricName[];

describe("the metrics of the list for Prometheus", () => {
  test.each([
    ["TradesFolded", "tapestream_trades_folded_total"],
    ["FramesSent", "tapestream_frames_sent_total"],
    ["IteratorAgeMs", "tapestream_iterator_age_seconds"],
    ["WindowEndToPushMs", "tapestream_window_end_to_push_seconds"],
    ["StateBytes", "tapestream_state_bytes"],
  ] as const)("%s is %s", (name, derived) => {
    expect(prometheusName(name)).toBe(derived);
  });

  test("have names of their own, each by Prometheus's rules", () => {
    const derived = NAMES.map(prometheusName);
    expect(new Set(derived).size).toBe(NAMES.length);
    for (const name of derived) expect(name).toMatch(/^tapestream_[a-z]+(_[a-z]+)*$/);
  });

  test("count up, measure in seconds, and show the last size", async () => {
    const registry = new Registry();
    const meter = createPrometheusMeter(registry);
    meter.emit({ TradesFolded: 3, IteratorAgeMs: 250, StateBytes: 10 });
    meter.emit({ TradesFolded: [1, 2], IteratorAgeMs: 750, StateBytes: 20 });
    const text = await registry.metrics();
    for (const line of [
      "tapestream_trades_folded_total 6",
      "tapestream_iterator_age_seconds_sum 1",
      "tapestream_iterator_age_seconds_count 2",
      "tapestream_state_bytes 20",
    ])
      expect(text).toContain(`\n${line}\n`);
  });

  test("throw for no values whatever", () => {
    const meter = createPrometheusMeter(new Registry());
    expect(() => meter.emit({ TradesFolded: Number.NaN, LateTrades: -1, Unheard: 1 } as object)).not.toThrow();
  });

  test("leave to a worker what it counts as it happens", async () => {
    const metrics = new Metrics();
    const place = { shard: "s", sequenceNumber: "0011" as never };
    const stream = metrics.ofFrames({ put: async (entries) => entries.map(() => place) });
    await stream.put([{ partitionKey: "1", data: new Uint8Array(3) }]);
    metrics.meter.emit({ FramesSent: 1, TradesSent: 5 });
    const { text } = await metrics.read();
    expect(text).toContain("\ntapestream_frames_sent_total 1\n");
    expect(text).toContain("\ntapestream_trades_sent_total 5\n");
  });

  test("show of each label what there is when they are read", async () => {
    const metrics = new Metrics();
    const lags = new Map([["ticks-0", 3]]);
    metrics.gaugePer("shard", "shard_lag_records", "Lag", () => lags);
    expect((await metrics.read()).text).toContain('tapestream_shard_lag_records{shard="ticks-0"} 3\n');
    lags.delete("ticks-0");
    lags.set("ticks-1", 0);
    const { text } = await metrics.read();
    expect(text).toContain('tapestream_shard_lag_records{shard="ticks-1"} 0\n');
    expect(text).not.toContain('shard="ticks-0"');
  });

  test("leave to a stream among how many shards its keys are spread", async () => {
    const asked: unknown[] = [];
    const stream = new Metrics().ofFrames({
      put: async (entries, shardCount) => {
        asked.push(shardCount);
        return entries.map(() => undefined);
      },
      shardCount: async () => 3,
    });
    await stream.put([], await stream.shardCount?.());
    expect(asked).toEqual([3]);
  });
});
