import { setTimeout as delay } from "node:timers/promises";
import type { Benchmark } from "./benchmark.ts";
import { figureOf } from "./figure.ts";
import { lookOn, openRig, ratesOf } from "./pipeline-rig.ts";
import { number } from "../cli/output.ts";

const CASES = ["max", 200_000] as const;
const WARM_UP_MS = 15_000;
const SECONDS = 60;
/** Three arrival windows. */
const SAMPLE_SECONDS = 15;
const MB = 1_048_576;

/**
 * The whole pipeline on this machine, from the simulated feed to the store and one client with 20 of 500 symbols. Rates
 * are of wall time, a sample each 15 seconds: here it counts what all processes do together.
 */
export const pipelineBenchmark: Benchmark = {
  names: ["pipeline.trades_per_s", "pipeline.lag_ms", "pipeline.cores", "pipeline.peak_mb"],
  measure: async function* ({ isQuick, progress }) {
    for (const tradesPerSecond of isQuick ? [1_000] : CASES) {
      const title =
        tradesPerSecond === "max" ? "500 symbols, as fast as it goes" : `500 symbols, ${number(tradesPerSecond)}/s`;
      progress(`pipeline: ${title}`);
      await using rig = await openRig({ tradesPerSecond });
      await delay(isQuick ? 2_000 : WARM_UP_MS);
      const [seconds, sampleSeconds] = isQuick ? [5, 5] : [SECONDS, SAMPLE_SECONDS];
      const stretch = await lookOn(rig, seconds);
      yield figureOf({ name: "pipeline.trades_per_s", case: title, unit: "trades/s" }, ratesOf(stretch, sampleSeconds));
      if (tradesPerSecond !== "max") {
        const lags = stretch.progress.slice(1).map(({ lagMs }) => lagMs);
        yield figureOf({ name: "pipeline.lag_ms", case: title, unit: "ms" }, lags);
        yield figureOf({ name: "pipeline.lag_ms", case: `${title}, at the end`, unit: "ms" }, lags.slice(-1));
      }
      for (const [part, cores] of stretch.cores)
        yield figureOf({ name: "pipeline.cores", case: `${title}, ${part}`, unit: "CPU-s/s" }, [cores]);
      for (const [part, bytes] of stretch.peakBytes)
        yield figureOf({ name: "pipeline.peak_mb", case: `${title}, ${part}`, unit: "MB" }, [bytes / MB]);
    }
  },
};
