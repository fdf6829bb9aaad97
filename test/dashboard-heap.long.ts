import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { windowStart } from "#core/interval.ts";
import type { Pane } from "#core/pane.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { openBrowser } from "./browser.ts";
import { DESKTOP, openPage } from "./dashboard-page.ts";
import { openPageServer } from "./page-server.ts";
import { pane } from "./pane-fixture.ts";

/** `HEAP_SECONDS=3600 npm run test:long dashboard-heap` looks longer. */
const SECONDS = Number(process.env["HEAP_SECONDS"] ?? 120);
/** Until what is made once is there. */
const WARM_SECONDS = 10;
const MESSAGE_MS = 50;
const MOST_GROWTH_BYTES = 2 * 1_048_576;

const TEN_SECONDS = durationMs(10_000);
const SYMBOLS = ["AIG", "BAC", "IBM", "SPY"];
const PANES_PER_SYMBOL = 10;

/** The newest bars of every symbol, all of them changed. */
const changed = (last: number): readonly Pane[] => {
  const newestMs = windowStart(epochMs(Date.now()), TEN_SECONDS);
  return SYMBOLS.flatMap((symbol) =>
    Array.from({ length: PANES_PER_SYMBOL }, (_, back) =>
      pane({ symbol, intervalMs: TEN_SECONDS, startMs: newestMs - back * TEN_SECONDS, last: last - back }),
    ),
  );
};

test(
  `the page's heap grows by at most 2 MB in ${SECONDS} s of 800 updates a second`,
  { timeout: (SECONDS + 60) * 1_000 },
  async () => {
    await using server = await openPageServer();
    await using browser = await openBrowser();
    const complaints: string[] = [];
    const page = await openPage(browser, complaints, { ...DESKTOP, url: `${server.url}#s=IBM&i=1m` });
    const session = await page.context().newCDPSession(page);
    const heapBytes = async (): Promise<number> => {
      for (let round = 0; round < 3; round++) await session.send("HeapProfiler.collectGarbage");
      return (await session.send("Runtime.getHeapUsage")).usedSize;
    };
    let last = 10_000;
    const run = async (seconds: number): Promise<void> => {
      const endMs = Date.now() + seconds * 1_000;
      while (Date.now() < endMs) {
        server.tell(changed(++last));
        if (last % (1_000 / MESSAGE_MS) === 0)
          server.beat({
            timeMs: epochMs(Date.now()),
            watermarkMs: epochMs(Date.now() - 2_000),
            feed: "live",
            counts: { trades: last, late: 0, duplicates: 0, rejected: 0 },
          });
        await delay(MESSAGE_MS);
      }
    };
    await run(WARM_SECONDS);
    const before = await heapBytes();
    await run(SECONDS);
    const after = await heapBytes();
    const mb = (bytes: number): string => (bytes / 1_048_576).toFixed(2);
    process.stdout.write(`heap ${mb(before)} MB, after ${SECONDS} s ${mb(after)} MB\n`);
    expect(after - before).toBeLessThanOrEqual(MOST_GROWTH_BYTES);
    expect(await page.textContent("#state")).toBe("Live");
    expect(complaints).toEqual([]);
  },
);
