import { expect, test } from "vitest";
import { readEmbeddedMetrics } from "./embedded-metrics.ts";

const aws = {
  Timestamp: 1_381_154_400_000,
  CloudWatchMetrics: [
    {
      Namespace: "Shop",
      Dimensions: [["service"], ["service", "zone"]],
      Metrics: [{ Name: "Orders", Unit: "Count" }, { Name: "Sizes" }],
    },
  ],
};

test("a line of the embedded format is its metrics, for each set of dimensions", () => {
  const line = JSON.stringify({ _aws: aws, service: "till", zone: "a", Orders: 3, Sizes: [1, 2], note: "kept" });
  const metrics = [
    { name: "Orders", unit: "Count", values: [3] },
    { name: "Sizes", unit: "None", values: [1, 2] },
  ];
  expect(readEmbeddedMetrics(line)).toEqual([
    { kind: "metered", namespace: "Shop", dimensions: { service: "till" }, metrics },
    { kind: "metered", namespace: "Shop", dimensions: { service: "till", zone: "a" }, metrics },
  ]);
});

test.each([
  ["text", "hello"],
  ["another JSON line", '{"message":"batch folded"}'],
  ["text that speaks of it", 'the member "CloudWatchMetrics" is missing'],
  ["JSON that speaks of it", '{"message":"CloudWatchMetrics","x":"\\"CloudWatchMetrics\\""}'],
  ["a line that names no metrics", '{"_aws":{"CloudWatchMetrics":[]}}'],
])("%s is a line like any other", (_, line) => {
  expect(readEmbeddedMetrics(line)).toBeUndefined();
});
