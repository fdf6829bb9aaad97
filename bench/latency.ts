import { setTimeout as delay } from "node:timers/promises";
import { number } from "../cli/output.ts";
import type { Benchmark } from "./benchmark.ts";
import { figureOf, percentileOf, type Figure } from "./figure.ts";
import { lookOn, openRig, ratesOf } from "./pipeline-rig.ts";

const RATES = [1_000, 50_000, 200_000] as const;
const WARM_UP_MS = 15_000;
const SECONDS = 45;
/** Three arrival windows. */
const SAMPLE_SECONDS = 15;

/**
 * How old trades are when a client of 20 of 500 symbols has them in an update, and when the store has them for good, in the
 * whole pipeline on this machine. In the way to the client lie the producer's linger of 0.1 s and two batching windows;
 * in the way to the store an arrival window of 5 s.
 */
export const latencyBenchmark: Benchmark = {
  names: ["latency.trade_to_message_ms", "latency.trade_to_store_ms", "latency.trades_per_s"],
  measure: async function* ({ isQuick, progress }) {
    for (const tradesPerSecond of isQuick ? [1_000] : RATES) {
      const title = `${number(tradesPerSecond)}/s`;
      progress(`latency: ${title}`);
      await using rig = await openRig({ tradesPerSecond });
      await delay(isQuick ? 3_000 : WARM_UP_MS);
      await rig.observer.report();
      const [seconds, sampleSeconds] = isQuick ? [10, 5] : [SECONDS, SAMPLE_SECONDS];
      const stretch = await lookOn(rig, seconds);
      const { messageMs, storeMs } = await rig.observer.report();
      yield* agesOf("latency.trade_to_message_ms", title, messageMs);
      yield* agesOf("latency.trade_to_store_ms", title, storeMs);
      yield figureOf({ name: "latency.trades_per_s", case: title, unit: "trades/s" }, ratesOf(stretch, sampleSeconds));
    }
  },
};

/** The middle age with the least and the greatest, and the one that 99 of 100 are not above. */
export const agesOf = (name: string, title: string, agesMs: readonly number[]): readonly Figure[] => [
  figureOf({ name, case: `${title}, p50`, unit: "ms" }, agesMs),
  figureOf({ name, case: `${title}, p99`, unit: "ms" }, [percentileOf(agesMs, 0.99)]),
];
