import type { Benchmark } from "./benchmark.ts";
import { coldBenchmark } from "./cold.ts";
import { connectBenchmark } from "./connect.ts";
import { coreBenchmark } from "./core.ts";
import { dashboardBenchmark } from "./dashboard.ts";
import { fanoutBenchmark } from "./fanout-benchmark.ts";
import { frameBytesBenchmark } from "./frame-bytes.ts";
import { handlerSizesBenchmark } from "./handler-sizes.ts";
import { handlerBenchmark } from "./handler.ts";
import { kafkaBenchmark } from "./kafka.ts";
import { latencyBenchmark } from "./latency.ts";
import { pageBenchmark } from "./page.ts";
import { pipelineBenchmark } from "./pipeline.ts";
import { socketBenchmark } from "./socket.ts";
import { stateBytesBenchmark } from "./state-bytes.ts";

/** Every benchmark, in the order in which they run. */
export const BENCHMARKS: readonly Benchmark[] = [
  handlerBenchmark,
  handlerSizesBenchmark,
  coreBenchmark,
  frameBytesBenchmark,
  stateBytesBenchmark,
  fanoutBenchmark,
  coldBenchmark,
  pipelineBenchmark,
  latencyBenchmark,
  socketBenchmark,
  connectBenchmark,
  pageBenchmark,
  dashboardBenchmark,
  kafkaBenchmark,
];

/** The names of all figures. */
export const FIGURE_NAMES: readonly string[] = BENCHMARKS.flatMap(({ names }) => names);

/** Whether `wish` is a figure's name or begins it: `handler` and `handler.vs_plain` both mean `handler.vs_plain`. */
export const isMeant = (wish: string, name: string): boolean => name.startsWith(wish);
