import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { METRICS, type MetricName } from "#core/metrics.ts";
import type { Meter } from "#core/ports/meter.ts";
import { tellable } from "#core/readings.ts";

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600];

/** Tells values of one metric. */
type Instrument = (values: readonly number[]) => void;

/**
 * The metrics of the pipeline's list under the names that {@link prometheusName} derives: counts as counters, times as
 * histograms of seconds, bytes as a gauge of the last value. One that the registry has already, counted where it happens, is
 * left to that.
 */
export const createPrometheusMeter = (registry: Registry): Meter => {
  const instruments = new Map<MetricName, Instrument | undefined>();
  const instrumentOf = (name: MetricName): Instrument | undefined => {
    if (!instruments.has(name)) instruments.set(name, createInstrument(registry, name));
    return instruments.get(name);
  };
  return {
    emit: (readings) => {
      for (const [name, values] of tellable(readings)) instrumentOf(name)?.(values);
    },
  };
};

/** `TradesFolded` as `tapestream_trades_folded_total`, `IteratorAgeMs` as `tapestream_iterator_age_seconds`. */
export const prometheusName = (name: MetricName): string => {
  const words = name.replaceAll(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  const { unit } = METRICS[name];
  return `tapestream_${unit === "Milliseconds" ? words.replace(/_ms$/, "_seconds") : unit === "Count" ? `${words}_total` : words}`;
};

const createInstrument = (registry: Registry, metric: MetricName): Instrument | undefined => {
  const name = prometheusName(metric);
  if (registry.getSingleMetric(name) !== undefined) return undefined;
  const { unit, help } = METRICS[metric];
  const options = { name, help, registers: [registry] };
  switch (unit) {
    case "Count": {
      const counter = new Counter(options);
      return (values) => values.forEach((value) => counter.inc(Math.max(0, value)));
    }
    case "Milliseconds": {
      const histogram = new Histogram({ ...options, buckets: SECONDS });
      return (values) => values.forEach((value) => histogram.observe(value / 1_000));
    }
    case "Bytes": {
      const gauge = new Gauge(options);
      return (values) => gauge.set(values.at(-1)!);
    }
  }
};
