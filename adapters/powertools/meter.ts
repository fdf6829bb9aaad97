import { Metrics } from "@aws-lambda-powertools/metrics";
import { METRICS, type MetricSpec } from "#core/metrics.ts";
import type { Meter } from "#core/ports/meter.ts";
import { tellable } from "#core/readings.ts";

export interface MeterOptions {
  /** The stage that emits; metrics of others are left out, as nobody looks for them under its name. */
  readonly service: MetricSpec["service"];
}

/**
 * Writes metrics to stdout in CloudWatch's embedded metric format, which makes them metrics on their way through its logs:
 * one line an emission, in the namespace that POWERTOOLS_METRICS_NAMESPACE names, more where a metric has more than 100 values.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const openMeter = ({ service }: MeterOptions): Meter => {
  const metrics = new Metrics({ serviceName: service });
  return {
    emit: (readings) => {
      try {
        for (const [name, values] of tellable(readings)) {
          if (METRICS[name].service !== service) continue;
          for (const value of values) metrics.addMetric(name, METRICS[name].unit, value);
        }
        if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
      } catch {
        // Whatever it is: trades and bars do not depend on anybody's counting them.
        metrics.clearMetrics();
      }
    },
  };
};
