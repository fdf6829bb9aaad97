import autocannon from "autocannon";
import { durationMs } from "#core/units.ts";
import { openLoopbackServer } from "#local/loopback-server.ts";
import { openTemporaryDir } from "#local/temporary-dir.ts";
import { buildWeb, endBuilder } from "#tools/build-web.ts";
import { serveDashboard } from "../cli/start-server.ts";
import type { Benchmark } from "./benchmark.ts";
import { figureOf } from "./figure.ts";

const PATHS = ["/", "/main.js", "/config.json"] as const;
const CONNECTIONS = 50;

/** The dashboard's files as `npm start` serves them, asked for over and over by 50 connections from another thread. */
export const pageBenchmark: Benchmark = {
  names: ["page.requests_per_s", "page.p99_ms"],
  measure: async function* ({ isQuick, progress }) {
    await using folder = await openTemporaryDir("bench-");
    const siteDir = await buildWeb({ outDir: folder.dir });
    await endBuilder();
    const listener = await openLoopbackServer(0);
    const config = {
      symbols: ["IBM"],
      intervals: ["10s"],
      source: "bench",
      passes: undefined,
      connectionMs: durationMs(7_200_000),
    };
    await using _ = await serveDashboard({ listener, siteDir, webSocketUrl: "ws://127.0.0.1:9/", config });
    for (const path of PATHS) {
      progress(`page: ${path}`);
      const url = `http://${listener.host}${path}`;
      const duration = isQuick ? 1 : 10;
      const result = await autocannon({ url, duration, connections: CONNECTIONS, workers: 1 });
      if (result.non2xx + result.errors > 0)
        throw new RangeError(`every request of ${path} must be answered, some were not`);
      const perSecond = result.requests.total / result.duration;
      yield figureOf({ name: "page.requests_per_s", case: path, unit: "requests/s" }, [perSecond]);
      yield figureOf({ name: "page.p99_ms", case: path, unit: "ms" }, [result.latency.p99]);
    }
  },
};
