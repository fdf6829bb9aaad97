import type { FunctionMetered, MeteredMetric } from "./cloud-event.ts";
import { listOf, objectOf, parseObject, type JsonObject } from "./json.ts";

/**
 * The metrics of a line in CloudWatch's embedded metric format, undefined for any other line. CloudWatch takes them out of a
 * function's log without being told to. One event per set of dimensions that the line names.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const readEmbeddedMetrics = (line: string): readonly Omit<FunctionMetered, "functionName">[] | undefined => {
  if (!line.includes('"CloudWatchMetrics"')) return undefined;
  const root = parseObject(line);
  const directives = root && listOf(objectOf(root["_aws"])["CloudWatchMetrics"]);
  if (root === undefined || directives === undefined || directives.length === 0) return undefined;
  return directives.map(objectOf).flatMap((directive) =>
    listOf(directive["Dimensions"]).map((names) => ({
      kind: "metered",
      namespace: String(directive["Namespace"]),
      dimensions: Object.fromEntries(listOf(names).map((name) => [String(name), String(root[String(name)])])),
      metrics: listOf(directive["Metrics"]).map((metric) => metricOf(objectOf(metric), root)),
    })),
  );
};

const metricOf = ({ Name, Unit = "None" }: JsonObject, root: JsonObject): MeteredMetric => ({
  name: String(Name),
  unit: String(Unit),
  values: [root[String(Name)]].flat().filter((value) => typeof value === "number"),
});
