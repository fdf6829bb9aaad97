import { expect, test } from "vitest";
import { METRICS, type MetricUnit } from "./metrics.ts";

const ENDINGS: Readonly<Record<MetricUnit, RegExp>> = {
  Bytes: /^[A-Z][A-Za-z]*Bytes$/,
  Count: /^[A-Z][A-Za-z]*(?<!Ms|Bytes)$/,
  Milliseconds: /^[A-Z][A-Za-z]*Ms$/,
};

test.each(Object.entries(METRICS))("the name of %s ends in its unit", (name, { unit }) => {
  expect(name).toMatch(ENDINGS[unit]);
});
