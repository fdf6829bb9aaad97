import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { BAR_COLUMNS } from "#core/bar-row.ts";
import { durationMs } from "#core/units.ts";
import { hasTools, latePane, pointed, startsOf, widthOf } from "./chart-page.ts";
import { isWhole, look, PATIENT, PHONE, press, type PageOptions } from "./dashboard-page.ts";
import { setPageStage } from "./page-stage.ts";
import { pane } from "./pane-fixture.ts";
import { walkPanes } from "./walk-fixture.ts";

const stage = setPageStage({ intervals: ["10s", "1m", "5m", "15m", "1h", "1d"] }, { panesOf: walkPanes });

/** A page on which the tools are at hand. */
const openPage = async (options: Partial<PageOptions> = {}): Promise<Page> => {
  const page = await stage.openPage("#SPY/1m", options);
  await hasTools(page);
  return page;
};

const CLOSE = BAR_COLUMNS.indexOf("close");

describe("the keyboard", () => {
  test("goes from bar to bar, and legend and words follow", async () => {
    const page = await openPage();
    const starts = await startsOf(page);
    await page.focus("#bars");
    await press(page, "ArrowLeft");
    expect(await pointed(page)).toBe(starts.at(-1));
    await press(page, "ArrowLeft", "PageUp");
    expect(await pointed(page)).toBe(starts.at(-12));
    const clock = await page.evaluate<string>(
      `new Date(${starts.at(-12)}).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })`,
    );
    expect(await page.textContent("#legend .when")).toMatch(new RegExp(`${clock}$`));
    await expect
      .poll(() => page.textContent("#reading"), PATIENT)
      .toMatch(new RegExp(`${clock}, open 1\\d\\d\\.\\d\\d, `));
    await press(page, "PageDown", "ArrowRight", "ArrowRight");
    expect(await pointed(page)).toBe(starts.at(-1));
    await press(page, "Escape");
    expect([await pointed(page), await page.textContent("#reading")]).toEqual([undefined, ""]);
    await page.context().close();
  });

  test("zooms about the bar that is pointed at, and leaves other keys alone", async () => {
    const page = await openPage();
    const width = (): Promise<number> => widthOf(page);
    await page.focus("#bars");
    const before = await width();
    await press(page, "ArrowLeft", "+", "+");
    await expect.poll(width, PATIENT).toBeLessThan(before * 0.7);
    await press(page, "-", "-");
    await expect.poll(width, PATIENT).toBeCloseTo(before, -2);
    await press(page, "Tab");
    expect(await page.evaluate("document.activeElement.id")).not.toBe("bars");
    expect(await pointed(page)).toBe(undefined);
    await page.context().close();
  });
});

describe("the legend", () => {
  test("stands above the chart, and nothing in it moves from bar to bar", async () => {
    const page = await openPage();
    await page.focus("#bars");
    await press(page, "Home", "End");
    const places = (): Promise<readonly number[]> =>
      page.evaluate<readonly number[]>(
        `[...document.querySelectorAll("#legend > span")].slice(0, 9).map((cell) => cell.getBoundingClientRect().left)`,
      );
    const before = await places();
    for (const key of ["ArrowLeft", "ArrowLeft", "PageUp", "ArrowRight"]) {
      await press(page, key);
      expect(await places()).toEqual(before);
      const prices = await page.locator("#legend > span b").allTextContents();
      for (const price of prices.slice(1, 5)) expect(price).toMatch(/^\d{3}\.\d\d$/);
    }
    const [legend, chart] = await Promise.all([
      page.locator("#legend").boundingBox(),
      page.locator("#bars").boundingBox(),
    ]);
    expect(legend!.y + legend!.height).toBeLessThanOrEqual(chart!.y);
    await page.context().close();
  });

  test("takes two lines on a phone, and the page is as wide as the phone", async () => {
    const page = await openPage(PHONE);
    expect((await page.locator("#legend").boundingBox())!.height).toBeLessThanOrEqual(42);
    const lines = await page.evaluate<number>(
      `new Set([...document.querySelectorAll("#legend > span")].filter((cell) => cell.offsetWidth > 0).map((cell) => cell.offsetTop)).size`,
    );
    expect(lines).toBe(2);
    await page.click("#averages");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.viewport.width);
    await page.context().close();
  });
});

describe("averages", () => {
  test("are chosen by keyboard, drawn over the candles, and there again at the next visit", async () => {
    const page = await openPage();
    await page.focus("#averages");
    await press(page, "Enter", "ArrowDown", "Enter");
    const { lines, bars } = (await look(page))!;
    const closes = bars.map((row) => Number(row[CLOSE]));
    const means = closes.slice(19).map((_, at) => closes.slice(at, at + 20).reduce((sum, each) => sum + each, 0) / 20);
    const drawn = lines!["sma20"] as readonly { time: number; value: number }[];
    expect(drawn.map(({ value }) => value)).toEqual(means);
    expect(drawn.map(({ time }) => time * 1_000)).toEqual((await startsOf(page)).slice(19));
    expect(await page.getByRole("menuitemcheckbox", { checked: true }).allTextContents()).toEqual(["SMA 20"]);
    expect(await page.innerText("#lines")).toMatch(/SMA 20\s*1\d\d\.\d{4}/);
    await press(page, "Escape");
    expect(await page.evaluate("document.activeElement.id")).toBe("averages");
    await press(page, "ArrowDown", "Tab");
    expect([await page.isVisible("#averagesMenu"), await page.evaluate("document.activeElement.id")]).toEqual([
      false,
      "alerts",
    ]);
    await page.reload();
    await isWhole(page);
    await hasTools(page);
    expect(Object.keys((await look(page))!.lines!)).toEqual(["sma20"]);
    await page.context().close();
  });

  test("are corrected by a late trade", async () => {
    const page = await openPage({ script: 'localStorage.setItem("tapestream.averages", "sma10,ema20,vwap")' });
    const before = (await look(page))!;
    const place = before.bars.length - 15;
    const startMs = (await startsOf(page))[place]!;
    stage.server.tell([latePane(startMs)]);
    await expect.poll(async () => (await look(page))!.marks, PATIENT).toEqual([startMs / 1_000]);
    const after = (await look(page))!;
    const changed = (after.lines!["sma10"] as readonly { value: number }[]).flatMap(({ value }, at) =>
      value === (before.lines!["sma10"] as readonly { value: number }[])[at]?.value ? [] : [at + 9 - place],
    );
    expect(changed.filter((at) => at < 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await page.context().close();
  });
});

describe("the table", () => {
  test("has the bars in sight, the newest first, and gives the focus back", async () => {
    const page = await openPage();
    await page.focus("#tableButton");
    await press(page, "Enter");
    const rows = page.locator(".barTable tbody tr");
    const count = await rows.count();
    const starts = await startsOf(page);
    expect(count).toBeGreaterThan(80);
    expect(await page.locator(".barTable thead th").count()).toBe(BAR_COLUMNS.length + 1);
    expect(await page.textContent(".barTable caption")).toBe(
      `SPY, ${count} bars of 1m in sight on the chart, the newest first`,
    );
    const close = Number((await look(page))!.bars.at(-1)![CLOSE]);
    expect(await rows.first().locator("td").nth(7).textContent()).toBe(close.toFixed(2));
    const startMs = starts.at(-3)!;
    stage.server.tell([latePane(startMs)]);
    await expect.poll(() => rows.nth(2).locator("td").last().textContent(), PATIENT).toBe("corrected");
    await press(page, "Escape");
    expect(await page.evaluate("document.activeElement.id")).toBe("tableButton");
    expect(await page.isVisible(".barTable")).toBe(false);
    await page.context().close();
  });
});

test("an alert says once that its price is reached, of whichever symbol is on the chart", async () => {
  const page = await openPage();
  await page.focus("#alerts");
  await press(page, "Enter");
  await page.keyboard.type("101.25");
  await press(page, "Enter", "Escape");
  expect(await page.evaluate("document.activeElement.id")).toBe("alerts");
  await page.reload();
  await isWhole(page);
  await page.click(".row >> text=IBM");
  await hasTools(page);
  await expect.poll(async () => (await look(page))!.isWhole, PATIENT).toBe(true);
  expect(await page.textContent("#reached")).toBe("");
  for (const _ of [1, 2]) {
    const startMs = Math.floor(Date.now() / 60_000) * 60_000 + 60_000;
    stage.server.tell([pane({ symbol: "SPY", intervalMs: durationMs(60_000), shard: "b", startMs, last: 20 })]);
    await expect.poll(() => page.textContent("#reached"), PATIENT).toMatch(/^SPY reached 101\.25 at \d\d:\d\d×$/);
  }
  await page.click("#alerts");
  expect(await page.textContent(".alerts li")).toMatch(/^SPY 101\.25 reached /);
  await page.getByRole("button", { name: "Remove the alert at 101.25 of SPY" }).click();
  await page.getByRole("button", { name: "Close" }).click();
  expect([await page.locator(".alerts li").count(), await page.textContent("#reached")]).toEqual([0, ""]);
  await page.context().close();
});

test("the bars in sight are saved as the export writes them", async () => {
  const page = await openPage();
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  const [header, ...lines] = (await readFile(await download.path(), "utf8")).trimEnd().split("\n");
  const rows = (await look(page))!.bars.map((row) => row.join());
  expect(header).toBe(BAR_COLUMNS.join());
  expect(lines.length).toBeGreaterThan(80);
  expect(lines.slice(0, -1)).toEqual(rows.slice(-lines.length, -1));
  expect(download.suggestedFilename()).toMatch(/^SPY-1m-\d{8}T\d{6}Z-\d{8}T\d{6}Z\.csv$/);
  await page.context().close();
});

/** What the page asked for, but for signs of life. */
const asked = () => stage.server.taken().filter(({ action }) => action !== "ping");

test("older bars come as the reader goes back, and nothing jumps", async () => {
  const page = await openPage();
  stage.server.taken();
  const [oldest] = await startsOf(page);
  await page.hover("#bars");
  await page.mouse.wheel(-900, 0);
  const live = page.locator("#live");
  await expect.poll(() => live.isVisible(), PATIENT).toBe(true);
  expect([asked(), (await startsOf(page)).length]).toEqual([[], 300]);
  await page.focus("#bars");
  await press(page, "Home");
  await expect.poll(async () => (await startsOf(page)).length, PATIENT).toBe(1_000);
  // the oldest bar was, and is, the second place from the left
  expect((await look(page))!.ranges[0]![0]).toBeCloseTo(oldest! / 1_000 - 60, 3);
  expect(await pointed(page)).toBe(oldest);
  expect(asked()).toMatchObject([{ action: "subscribe", bars: 1_000, intervalMs: durationMs(60_000) }]);
  await press(page, "Home");
  await expect.poll(() => page.textContent("#older"), PATIENT).toBe("No older bars here");
  expect(await pointed(page)).toBe((await startsOf(page))[0]);
  await live.click();
  await expect.poll(() => live.isVisible(), PATIENT).toBe(false);
  expect((await look(page))!.ranges[0]![1]).toBeGreaterThan((await startsOf(page)).at(-1)! / 1_000);
  await page.context().close();
});
