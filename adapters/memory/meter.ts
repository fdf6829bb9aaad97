import type { MetricName } from "#core/metrics.ts";
import type { Meter } from "#core/ports/meter.ts";
import { tellable } from "#core/readings.ts";

/** A meter that keeps what it was told. */
export interface MemoryMeter extends Meter {
  /** What was told by name, each value once and in the order given. */
  readonly told: Readonly<Partial<Record<MetricName, readonly number[]>>>;
}

/** A meter in memory, to be looked at. */
export const createMemoryMeter = (): MemoryMeter => {
  const told: Partial<Record<MetricName, readonly number[]>> = {};
  return {
    told,
    emit: (readings) => {
      for (const [name, values] of tellable(readings)) told[name] = [...(told[name] ?? []), ...values];
    },
  };
};
