import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { METRICS, type MetricName, type MetricSpec } from "#core/metrics.ts";
import { meterContract } from "#core/ports/meter.contract.ts";
import type { Meter } from "#core/ports/meter.ts";
import { openMeter } from "./meter.ts";

interface EmbeddedLine {
  readonly _aws: { readonly Timestamp: number; readonly CloudWatchMetrics: readonly object[] };
  readonly [name: string]: unknown;
}

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  vi.stubEnv("POWERTOOLS_METRICS_NAMESPACE", "Tapestream/Test");
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const SERVICES: readonly MetricSpec["service"][] = [
  ...new Set(Object.values(METRICS).map((metric: MetricSpec) => metric.service)),
];

/** What CloudWatch makes of the lines. */
const extracted = (): Partial<Record<MetricName, readonly number[]>> => {
  const told: Partial<Record<MetricName, readonly number[]>> = {};
  for (const line of lines.map((text) => JSON.parse(text) as EmbeddedLine)) {
    for (const name of Object.keys(line) as MetricName[]) {
      if (name in METRICS) told[name] = [...(told[name] ?? []), ...[line[name] as number].flat()];
    }
  }
  return told;
};

meterContract("powertools", async () => {
  const meters = SERVICES.map((service) => openMeter({ service }));
  const meter: Meter = { emit: (readings) => meters.forEach((of) => of.emit(readings)) };
  return { meter, told: async () => extracted(), [Symbol.asyncDispose]: async () => undefined };
});

test("an emission is one line of the embedded format, under the service alone", () => {
  openMeter({ service: "fetcher" }).emit({ TradesSent: 200, FramesSent: 4 });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{.*\}\n$/);
  expect(JSON.parse(lines[0]!)).toEqual({
    _aws: {
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: "Tapestream/Test",
          Dimensions: [["service"]],
          Metrics: [
            { Name: "TradesSent", Unit: "Count" },
            { Name: "FramesSent", Unit: "Count" },
          ],
        },
      ],
    },
    service: "fetcher",
    TradesSent: 200,
    FramesSent: 4,
  });
});

test("a line has 100 values of a metric at most, as CloudWatch takes no more", () => {
  openMeter({ service: "ws-broadcast" }).emit({ WindowEndToPushMs: Array.from({ length: 200 }, () => 1_000) });
  const counts = lines.map((line) => (JSON.parse(line) as { WindowEndToPushMs: unknown[] }).WindowEndToPushMs.length);
  expect(counts).toEqual([100, 100]);
});

test("a stage does not tell another's metrics", () => {
  openMeter({ service: "fetcher" }).emit({ TradesFolded: 1 });
  expect(lines).toEqual([]);
});

test("a line that cannot be written fails nobody", () => {
  vi.spyOn(process.stdout, "write").mockImplementation(() => {
    throw new Error("EPIPE");
  });
  const meter = openMeter({ service: "fetcher" });
  expect(() => meter.emit({ TradesSent: 1 })).not.toThrow();
});
