import type { Benchmark } from "./benchmark.ts";
import { ratiosOf, roundsOf } from "./cpu-rounds.ts";
import { measureFlush } from "./fanout-flush.ts";
import { measureFanout } from "./fanout.ts";
import { figureOf } from "./figure.ts";

/** As many as the broadcaster has under way. */
const CONCURRENCY = 64;
const POSTS = 2_000;
const MICROSECONDS = 1_000_000;

/**
 * What telling the sockets costs: posts by the lean client beside those by the SDK's, with and without encryption, and a
 * flush without its posts beside one that makes a text for each connection.
 */
export const fanoutBenchmark: Benchmark = {
  names: ["fanout.posts_per_s", "fanout.vs_sdk", "fanout.flush_us", "fanout.flush_vs_plain"],
  measure: async function* ({ isQuick, progress }) {
    const { rounds } = roundsOf(isQuick);
    const posts = isQuick ? 100 : POSTS;
    for (const isTls of [true, false]) {
      const title = isTls ? "encrypted, 3,100 bytes" : "in the clear, 3,100 bytes";
      progress(`fanout: posts ${title}`);
      const { leanUsPerPost, sdkUsPerPost } = await measureFanout({ rounds, posts, concurrency: CONCURRENCY, isTls });
      const perSecond = leanUsPerPost.map((us) => MICROSECONDS / us);
      yield figureOf({ name: "fanout.posts_per_s", case: title, unit: "posts/CPU-s" }, perSecond);
      yield figureOf({ name: "fanout.vs_sdk", case: title, unit: "x" }, ratiosOf(sdkUsPerPost, leanUsPerPost));
    }
    progress("fanout: flushes");
    const title = "2,000 connections, 20 of 500 symbols";
    const { broadcastUsPerConnection, plainUsPerConnection } = await measureFlush({ rounds });
    yield figureOf({ name: "fanout.flush_us", case: title, unit: "us/connection" }, broadcastUsPerConnection);
    const ratios = ratiosOf(plainUsPerConnection, broadcastUsPerConnection);
    yield figureOf({ name: "fanout.flush_vs_plain", case: title, unit: "x" }, ratios);
  },
};
