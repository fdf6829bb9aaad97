import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { BAR_COLUMNS } from "#core/bar-row.ts";
import { intervalText } from "#core/interval.ts";
import type { FeedState } from "#core/protocol/pipeline-status.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { look, PATIENT } from "./dashboard-page.ts";
import { setPageStage } from "./page-stage.ts";
import { pane } from "./pane-fixture.ts";

const stage = setPageStage();

const beat = (watermarkMs: number, feed: FeedState = "live"): void =>
  stage.server.beat({
    watermarkMs: epochMs(watermarkMs),
    feed,
    counts: { trades: 1, duplicates: 1_000, rejected: 2 },
  });

const [START, END, TRADES] = ["start", "end", "trades"].map((name) => BAR_COLUMNS.indexOf(name as "start"));

/** The bars shown, the statuses said of them, and whether each is drawn hollow. */
const shown = async (page: Page) => {
  const { bars, statuses, candles, marks } = (await look(page))!;
  const bodies = new Map((candles as { time: number; color?: string }[]).map(({ time, color }) => [time, color]));
  return bars.map((row, index) => ({
    startMs: Number(row[START!]),
    endMs: Number(row[END!]),
    trades: Number(row[TRADES!]),
    status: statuses[index],
    isHollow: bodies.get(Number(row[START!]) / 1_000) !== undefined,
    isMarked: marks.includes(Number(row[START!]) / 1_000),
  }));
};

const newest = async (page: Page) => (await shown(page)).at(-1)!;

const legend = (page: Page): Promise<string | null> => page.locator("#legend .standing").first().textContent();

describe("a bar", () => {
  test("has no status before a heartbeat, forms until the watermark passes its end, and is final then", async () => {
    const page = await stage.openPage("#IBM/1m");
    expect(await newest(page)).toMatchObject({ status: null, isHollow: false });
    expect(await page.locator("#legend .standing").count()).toBe(0);
    const { startMs, endMs } = await newest(page);
    beat(endMs - 1);
    await expect.poll(() => newest(page), PATIENT).toMatchObject({ status: "forming", isHollow: true });
    const before = (await shown(page)).slice(0, -1);
    expect(before.every(({ status, isHollow }) => status === "final" && !isHollow)).toBe(true);
    expect([await legend(page), await page.isVisible("#openKey")]).toEqual(["forming", true]);
    expect(await page.getAttribute("#bars", "aria-label")).toMatch(/^\d+ bars .*, the newest is forming$/);
    beat(endMs);
    await expect.poll(() => newest(page), PATIENT).toMatchObject({ status: "final", isHollow: false });
    expect([await legend(page), await page.isVisible("#openKey")]).toEqual(["final", false]);
    // a heartbeat that was overtaken opens nothing again
    beat(startMs);
    beat(endMs, "quiet");
    await expect.poll(() => page.textContent("#feed"), PATIENT).toMatch(/^Quiet/);
    expect(await newest(page)).toMatchObject({ status: "final", isHollow: false });
    await page.context().close();
  });

  test("is final when the source has come to its end", async () => {
    const page = await stage.openPage("#IBM/1m");
    beat(0);
    await expect.poll(() => newest(page), PATIENT).toMatchObject({ status: "forming" });
    beat(0, "closed");
    await expect.poll(() => newest(page), PATIENT).toMatchObject({ status: "final", isHollow: false });
    await page.context().close();
  });

  test.each([10_000, 60_000, 300_000])(
    "of %i ms is corrected at once by a late trade, and marked",
    async (intervalMs) => {
      const page = await stage.openPage(`#IBM/${intervalText(durationMs(intervalMs))}`);
      beat(Date.now());
      const bars = await shown(page);
      const late = bars[Math.floor(bars.length / 2)]!;
      const key = { symbol: "IBM", intervalMs: durationMs(10_000), startMs: late.startMs };
      stage.server.tell([{ ...pane({ ...key, last: 999 }), isCorrected: true }]);
      const corrected = async () => (await shown(page)).filter(({ status }) => status === "corrected");
      await expect.poll(corrected, PATIENT).toMatchObject([{ startMs: late.startMs, isMarked: true, isHollow: false }]);
      expect((await corrected())[0]!.trades).toBeGreaterThan(late.trades);
      expect((await shown(page)).filter(({ isMarked }) => isMarked)).toHaveLength(1);
      expect(await page.textContent("#correctedKey")).toBe("1 bar corrected");
      await pointAt(page, late.startMs);
      await expect.poll(() => legend(page), PATIENT).toBe("corrected");
      await page.context().close();
    },
  );

  test("of shorter ones, one of them corrected, goes on forming", async () => {
    const page = await stage.openPage("#SPY/5m");
    const { startMs, endMs } = await newest(page);
    beat(endMs - 1);
    const key = { symbol: "SPY", intervalMs: durationMs(10_000), startMs };
    stage.server.tell([{ ...pane({ ...key, last: 999 }), isCorrected: true }]);
    await expect
      .poll(() => newest(page), PATIENT)
      .toMatchObject({ status: "corrected", isMarked: true, isHollow: true });
    expect(await legend(page)).toBe("corrected, still forming");
    await page.context().close();
  });
});

/** Moves the pointer over the bar that starts at `startMs`. */
const pointAt = async (page: Page, startMs: number): Promise<void> => {
  const { ranges, interval, candles } = (await look(page))!;
  const [fromMs, toMs] = ranges[0]!.map((seconds) => seconds * 1_000);
  const widthMs = ((candles[1] as { time: number }).time - (candles[0] as { time: number }).time) * 1_000;
  expect([interval, fromMs! <= startMs]).toEqual([intervalText(durationMs(widthMs)), true]);
  const plot = (await page.locator("#bars td").nth(1).boundingBox())!;
  const share = (startMs + widthMs / 2 - fromMs!) / (toMs! - fromMs!);
  await page.mouse.move(plot.x + share * plot.width, plot.y + plot.height / 2);
};

describe("the pipeline", () => {
  test("is said in words, and when the page no longer hears of it", async () => {
    const page = await stage.openPage();
    expect(await page.isVisible("#pipeline")).toBe(false);
    const watermarkMs = new Date(2026, 0, 2, 9, 8, 7).getTime();
    const words = async (): Promise<string> =>
      (await page.innerText("#pipeline"))
        .trim()
        .split(/\s*\n\s*|\s{2,}/)
        .join("|");
    beat(watermarkMs);
    await expect
      .poll(words, PATIENT)
      .toBe("Trades come in|complete up to 09:08:07|1 trade|0 late|0 corrected|1,000 duplicates|2 rejected|0 gaps");
    await expect.poll(() => page.textContent("#state"), PATIENT).toBe("Stale");
    // what was known stays, and since when
    expect(await words()).toMatch(/^as of \d\d:\d\d:\d\d:\|Trades come in\|/);
    expect(await page.textContent("#age")).toMatch(/^nothing heard for \d+ s$/);
    beat(watermarkMs, "quiet");
    await expect.poll(() => page.textContent("#state"), PATIENT).toBe("Live");
    expect(await words()).toMatch(/^Quiet/);
    await page.context().close();
  });

  test("looks and reads different when it is quiet, closed or dead", async () => {
    const page = await stage.openPage();
    const seen = new Map<FeedState, string>();
    const icon = `(() => {
      const { background, border, borderRadius, clipPath } = getComputedStyle(document.querySelector("#feed"), "::before");
      return [background, border, borderRadius, clipPath].join();
    })()`;
    for (const [feed, words] of [
      ["live", "Trades come in"],
      ["quiet", "Quiet: no trades for a while"],
      ["closed", "Closed: the source has ended"],
      ["dead", "Dead: nobody feeds the pipeline"],
    ] as const) {
      beat(Date.now(), feed);
      await expect.poll(() => page.innerText("#feed"), PATIENT).toBe(words);
      // those who listen are told as well
      expect(await page.textContent("#said")).toBe(`Live. ${words}`);
      seen.set(feed, await page.evaluate<string>(icon));
    }
    expect(new Set(seen.values()).size).toBe(4);
    await page.context().close();
  });
});
