import { METRICS, type MetricName } from "./metrics.ts";

/** Metrics by name, each with one value or several. */
export type Readings = Readonly<Partial<Record<MetricName, number | readonly number[]>>>;

/** The readings that can be told: of names in the list, finite, at least one value each. */
export const tellable = (readings: Readings): readonly (readonly [MetricName, readonly number[]])[] =>
  Object.entries(readings).flatMap(([name, value]) => {
    const values = [value].flat().filter(Number.isFinite);
    return isMetricName(name) && values.length > 0 ? [[name, values] as const] : [];
  });

const isMetricName = (name: string): name is MetricName => Object.hasOwn(METRICS, name);
