import { setTimeout as delay } from "node:timers/promises";
import { durationMs } from "#core/units.ts";
import { openLoopbackServer } from "#local/loopback-server.ts";
import { openTemporaryDir } from "#local/temporary-dir.ts";
import { openBrowser } from "#test/browser.ts";
import { buildWeb, endBuilder } from "#tools/build-web.ts";
import { serveDashboard } from "../cli/start-server.ts";
import type { Benchmark } from "./benchmark.ts";
import { openDashboardFeed } from "./dashboard-feed.ts";
import { openMeasuredPage, type MeasuredPage } from "./dashboard-page.ts";
import { figureOf, percentileOf, type Figure } from "./figure.ts";

const TRADES_PER_SECOND = 10;
/** How many times slower a CPU is, as a phone's is. */
const SLOWNESSES = [1, 4] as const;
const MEGABYTE = 2 ** 20;

interface Sizes {
  readonly symbolCount: number;
  readonly rounds: number;
  readonly warmUpMs: number;
  /** One sample of the CPU's share. */
  readonly sampleMs: number;
  readonly samples: number;
}

const FULL: Sizes = { symbolCount: 500, rounds: 7, warmUpMs: 10_000, sampleMs: 10_000, samples: 9 };
const QUICK: Sizes = { symbolCount: 20, rounds: 1, warmUpMs: 500, sampleMs: 500, samples: 2 };

/**
 * The built page with its production headers in a real browser, told over a real socket of 500 symbols that trade 10 times a
 * second each.
 */
export const dashboardBenchmark: Benchmark = {
  names: [
    "dashboard.first_chart_ms",
    "dashboard.main_thread_pct",
    "dashboard.message_to_paint_ms",
    "dashboard.heap_growth_mb",
  ],
  measure: async function* ({ isQuick, progress }) {
    const sizes = isQuick ? QUICK : FULL;
    await using folder = await openTemporaryDir("bench-");
    const siteDir = await buildWeb({ outDir: folder.dir });
    await endBuilder();
    await using feed = await openDashboardFeed({ symbolCount: sizes.symbolCount, tradesPerSecond: TRADES_PER_SECOND });
    const listener = await openLoopbackServer(0);
    const config = {
      symbols: feed.symbols,
      intervals: ["10s", "1m", "5m", "1h"],
      source: "trades of a benchmark",
      connectionMs: durationMs(7_200_000),
    };
    await using _ = await serveDashboard({ listener, siteDir, webSocketUrl: feed.url, config });
    const url = `http://localhost:${listener.host.split(":")[1]}/`;
    const browser = await openBrowser();
    try {
      for (const slowness of SLOWNESSES) {
        const title = `${sizes.symbolCount} symbols, CPU ${slowness === 1 ? "as it is" : `${slowness} times slower`}`;
        progress(`dashboard: first chart, ${title}`);
        const samples: number[] = [];
        // the first one fills the caches of the machine
        for (let round = 0; round <= sizes.rounds; round++) {
          await using page = await openMeasuredPage(browser, url, slowness);
          samples.push(await page.firstChartMs());
        }
        yield figureOf({ name: "dashboard.first_chart_ms", case: title, unit: "ms" }, samples.slice(1));
      }
      await using page = await openMeasuredPage(browser, url, 1);
      await page.whole();
      await delay(sizes.warmUpMs);
      feed.takeSent();
      yield* watch(page, sizes, progress);
      const { messages, bytes, rows } = feed.takeSent();
      if (rows === 0) throw new RangeError("the page must have been told of trades, was told of none");
      progress(`dashboard: ${messages} messages of ${Math.round(bytes / messages)} bytes, ${rows} rows`);
    } finally {
      await browser.close();
    }
  },
};

/** What it takes to keep the page up to date for a while. */
async function* watch(page: MeasuredPage, sizes: Sizes, progress: (text: string) => void): AsyncIterable<Figure> {
  const title = `${sizes.symbolCount} symbols, ${TRADES_PER_SECOND} trades/s each`;
  progress(`dashboard: ${title}`);
  const heapBytes = await page.heapBytes();
  await page.takePaints();
  const shares: number[] = [];
  for (let sample = 0; sample < sizes.samples; sample++) {
    const [fromMs, cpuMs] = [performance.now(), await page.cpuMs()];
    await delay(sizes.sampleMs);
    shares.push((100 * ((await page.cpuMs()) - cpuMs)) / (performance.now() - fromMs));
  }
  const paints = await page.takePaints();
  yield figureOf({ name: "dashboard.main_thread_pct", case: title, unit: "% of a core" }, shares);
  for (const [name, share] of [
    ["p50", 0.5],
    ["p95", 0.95],
  ] as const) {
    const of = { name: "dashboard.message_to_paint_ms", case: `${title}, ${name}`, unit: "ms" };
    yield figureOf(of, [percentileOf(paints, share)]);
  }
  const growth = ((await page.heapBytes()) - heapBytes) / MEGABYTE;
  yield figureOf(
    { name: "dashboard.heap_growth_mb", case: `${title}, ${(sizes.samples * sizes.sampleMs) / 1_000} s`, unit: "MB" },
    [growth],
  );
}
