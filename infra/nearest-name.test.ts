import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestName } from "./nearest-name.ts";

const NAMES = [
  "shards",
  "barsShards",
  "stage",
  "store",
  "stream",
  "symbols",
  "symbolCount",
  "lanes",
  "tradesPerSecond",
];

test.each([
  ["shrads", "shards"],
  ["shard", "shards"],
  ["SHARDS", "shards"],
  ["barShards", "barsShards"],
  ["simbols", "symbols"],
  ["tradesPerSecnod", "tradesPerSecond"],
  ["nope", undefined],
  ["aws:shards", undefined],
  ["", undefined],
  ["toString", undefined],
])("of %j is meant %j", (text, name) => {
  expect(nearestName(text, NAMES)).toBe(name);
});

test("a name is its own nearest one, and so is one of its letters changed", () => {
  const long = fc.constantFrom(...NAMES.filter((name) => name.length >= 8));
  fc.assert(
    fc.property(long, fc.nat(20), (name, at) => {
      const index = at % name.length;
      expect(nearestName(name, NAMES)).toBe(name);
      expect(nearestName(`${name.slice(0, index)}#${name.slice(index + 1)}`, NAMES)).toBe(name);
    }),
  );
});
