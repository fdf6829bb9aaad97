import { expect, test } from "vitest";
import { pausedCostOf } from "./cost.ts";

test("a cluster of MSK costs the same while it is paused: itself, its partitions and its network", () => {
  const { lines } = pausedCostOf({ partitions: 4, hasKeyspaces: false, bars: 1, consumed: 0 });
  const dollars = lines.map((line) => [line.name, Number(line.dollars.toFixed(2))]);
  expect(dollars.slice(0, 4)).toEqual([
    ["MSK Serverless: cluster", 547.5],
    ["MSK Serverless: partitions", 4.38],
    ["MSK's network: endpoints", 43.8],
    ["bars stream: shards", 10.95],
  ]);
});

test("its network has one endpoint more where bars are in Keyspaces", () => {
  const standing = { partitions: 4, bars: 1, consumed: 0 };
  const [without, within] = [false, true].map(
    (hasKeyspaces) => pausedCostOf({ ...standing, hasKeyspaces }).totalDollars,
  );
  expect(within! - without!).toBeCloseTo(14.6);
});
