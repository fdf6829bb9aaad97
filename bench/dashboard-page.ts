import { setTimeout as delay } from "node:timers/promises";
import type { Browser, CDPSession, Page } from "playwright-core";

const PEEK_MS = 200;
const PATIENCE_MS = 120_000;

/**
 * Runs in the page before its own scripts. What a message changes is painted when the frame is over in which the watchlist
 * changed after it. The first chart is when the frame is over in which something is drawn under the first legend.
 */
const HOOK = `(() => {
  const waiting = [];
  const seen = { paints: [], firstChartMs: 0 };
  Object.defineProperty(window, "__bench", { value: seen });
  const afterFrame = (act) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => { act(performance.now()); channel.port1.close(); };
    channel.port2.postMessage(0);
  };
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data, timeStamp }) => {
        if (data.startsWith('{"type":"update"')) waiting.push(timeStamp);
      });
    }
  };
  const drawn = CanvasRenderingContext2D.prototype;
  const { fillRect } = drawn;
  drawn.fillRect = function (...room) {
    fillRect.apply(this, room);
    if (document.querySelector("#legend").childElementCount === 0 || !this.canvas.closest("#bars")) return;
    drawn.fillRect = fillRect;
    afterFrame((now) => { seen.firstChartMs = now; });
  };
  addEventListener("DOMContentLoaded", () => {
    const deep = { childList: true, characterData: true, subtree: true };
    new MutationObserver(() => {
      const shown = waiting.splice(0);
      if (shown.length > 0) afterFrame((now) => seen.paints.push(...shown.map((at) => now - at)));
    }).observe(document.querySelector("#symbols"), deep);
  });
})();`;

/** The page in a browser, with what can be measured of it. */
export interface MeasuredPage extends AsyncDisposable {
  readonly page: Page;
  /** From the start of the navigation until the first candles were on screen. */
  firstChartMs(): Promise<number>;
  /** Until all that the page asked for has come. */
  whole(): Promise<void>;
  /** CPU time of the main thread so far. */
  cpuMs(): Promise<number>;
  /** From each message of updates until what it changed was on screen, since the last call. */
  takePaints(): Promise<readonly number[]>;
  /** The script's memory after its garbage was collected. */
  heapBytes(): Promise<number>;
}

/** Opens the page for a reader of its own, on a CPU that is so many times slower. */
export const openMeasuredPage = async (browser: Browser, url: string, slowness: number): Promise<MeasuredPage> => {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } });
  await context.addInitScript(HOOK);
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  if (slowness > 1) await cdp.send("Emulation.setCPUThrottlingRate", { rate: slowness });
  await page.goto(url);
  const until = async (expression: string): Promise<void> => {
    for (const fromMs = performance.now(); !(await page.evaluate<boolean>(expression)); await delay(PEEK_MS)) {
      if (performance.now() - fromMs > PATIENCE_MS)
        throw new RangeError(`the page must come to ${expression}, did not`);
    }
  };
  return {
    page,
    firstChartMs: async () => {
      await until("__bench.firstChartMs > 0");
      return page.evaluate<number>("__bench.firstChartMs");
    },
    whole: () => until("window.__dash?.isWhole === true"),
    cpuMs: async () => 1_000 * (await metricOf(cdp, "TaskDuration")),
    takePaints: () => page.evaluate<number[]>("__bench.paints.splice(0)"),
    heapBytes: async () => {
      await cdp.send("HeapProfiler.collectGarbage");
      return (await cdp.send("Runtime.getHeapUsage")).usedSize;
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
};

const metricOf = async (cdp: CDPSession, name: string): Promise<number> => {
  const { metrics } = await cdp.send("Performance.getMetrics");
  const found = metrics.find((metric) => metric.name === name);
  if (found === undefined) throw new RangeError(`the browser must tell ${name}, did not`);
  return found.value;
};
