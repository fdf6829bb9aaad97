import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { openBrowser } from "./browser.ts";
import { DESKTOP, isWhole, look, openPage as openPageOf, PATIENT, PHONE } from "./dashboard-page.ts";
import { openPageServer, type PageServer } from "./page-server.ts";

let browser: Browser;
let server: PageServer;
/** What the browser complained of, but for connections that failed. */
let complaints: string[];

beforeAll(async () => {
  [browser, server] = await Promise.all([openBrowser(), openPageServer()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

beforeEach(() => {
  complaints = [];
  server.isAnswering = true;
});

afterEach(() => {
  expect(complaints).toEqual([]);
});

const openPage = (options: BrowserContextOptions = DESKTOP, { url = server.url, script = "" } = {}): Promise<Page> =>
  openPageOf(browser, complaints, { ...options, url, script });

const symbolsOf = (page: Page): Promise<readonly string[]> => page.locator(".row .symbol").allTextContents();

const add = async (page: Page, symbol: string): Promise<void> => {
  await page.keyboard.press("/");
  await page.keyboard.type(symbol);
  await page.keyboard.press("Enter");
};

const GIVEN = ["AIG", "BAC", "IBM", "SPY"];

describe("the watchlist", () => {
  test("keeps what a reader adds, until they remove it by keyboard", async () => {
    const page = await openPage();
    server.taken();
    await add(page, "tsla");
    await expect.poll(() => page.textContent("#empty"), PATIENT).toMatch(/^No trades of TSLA yet/);
    expect(server.taken()).toContainEqual({ action: "watch", symbols: ["TSLA"] });
    await page.goto(server.url);
    await isWhole(page);
    expect(await symbolsOf(page)).toEqual([...GIVEN, "TSLA"]);
    expect(await page.textContent("#title")).toBe("SPY");
    // only what the reader added can go
    expect(await page.getByRole("button", { name: /^Remove/ }).count()).toBe(1);
    server.taken();
    await page.getByRole("button", { name: "Remove TSLA" }).focus();
    await page.keyboard.press("Enter");
    expect(await symbolsOf(page)).toEqual(GIVEN);
    expect(await page.evaluate("document.activeElement.textContent")).toContain("SPY");
    await expect.poll(() => server.taken(), PATIENT).toContainEqual({ action: "unwatch", symbols: ["TSLA"] });
    await page.reload();
    await isWhole(page);
    expect(await symbolsOf(page)).toEqual(GIVEN);
    await page.context().close();
  });

  test.each([
    [
      "forbidden",
      'Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } })',
    ],
    ["spoilt", 'localStorage.setItem("tapestream.symbols", "{[")'],
    ["full", 'Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); }'],
  ])("does without a storage that is %s", async (_, script) => {
    const page = await openPage(DESKTOP, { script });
    await add(page, "nope");
    await expect.poll(() => symbolsOf(page), PATIENT).toEqual([...GIVEN, "NOPE"]);
    await page.context().close();
  });

  test("offers the symbols that the server knows", async () => {
    const page = await openPage();
    await page.focus("#symbol");
    const options = page.locator("#suggestions option");
    await expect
      .poll(() => options.evaluateAll((all) => all.map((one) => one.getAttribute("value"))), PATIENT)
      .toEqual([...GIVEN, "MSFT"]);
    await page.keyboard.type("msft");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.textContent("#title"), PATIENT).toBe("MSFT");
    await page.context().close();
  });

  test("cuts a long symbol short, and tells it in full", async () => {
    const symbol = "W".repeat(32);
    for (const options of [DESKTOP, PHONE]) {
      const page = await openPage(options, { url: `${server.url}#${symbol}/1m` });
      expect(await page.getAttribute("#title", "title")).toBe(symbol);
      expect(await page.locator(".row .symbol").last().getAttribute("title")).toBe(symbol);
      const width = await page.evaluate("document.documentElement.scrollWidth");
      expect(width).toBe(options.viewport.width);
      const isCut = (selector: string): Promise<boolean> =>
        page.evaluate<boolean>(
          `[...document.querySelectorAll("${selector}")].at(-1).scrollWidth > [...document.querySelectorAll("${selector}")].at(-1).clientWidth`,
        );
      expect([await isCut("#title"), await isCut(".row .symbol")]).toEqual([true, true]);
      await page.context().close();
    }
  });
});

describe("the charts", () => {
  const rangesAgree = async (page: Page): Promise<number> => {
    const [upper = [0, 0], lower = [1, 1]] = (await look(page))!.ranges;
    return Math.max(Math.abs(upper[0] - lower[0]), Math.abs(upper[1] - lower[1]));
  };

  test.each([
    ["desk", DESKTOP],
    ["phone", PHONE],
  ])("show the same time on a %s, from the first moment on, and when it is turned or scrolled", async (_, options) => {
    const page = await openPage(options, { url: `${server.url}#SPY/1m` });
    await expect.poll(() => rangesAgree(page), PATIENT).toBeLessThan(0.01);
    const { bars, ranges } = (await look(page))!;
    const newest = Number(bars.at(-1)![2]) / 1_000;
    expect(bars.length).toBeGreaterThan(29);
    expect([ranges[0]![0] < newest - 1_500, ranges[0]![1] > newest]).toEqual([true, true]);
    await page.setViewportSize({ width: options.viewport.height, height: options.viewport.width });
    await expect.poll(() => rangesAgree(page), PATIENT).toBeLessThan(0.01);
    for (const chart of ["#bars", "#average"]) {
      const before = (await look(page))!.ranges[0]![0];
      await page.hover(chart);
      if (options === PHONE) continue;
      await page.mouse.wheel(-200, 0);
      await expect.poll(async () => (await look(page))!.ranges[0]![0], PATIENT).not.toBe(before);
      await expect.poll(() => rangesAgree(page), PATIENT).toBeLessThan(0.01);
    }
    await page.context().close();
  });

  test("scroll to the chosen row on a phone, and leave the page where it is", async () => {
    const page = await openPage(PHONE, { url: `${server.url}#SPY/1m` });
    const [row, list] = await Promise.all([
      page.locator(".row").last().boundingBox(),
      page.locator("#symbols").boundingBox(),
    ]);
    expect(row!.x).toBeGreaterThanOrEqual(list!.x);
    expect(row!.x + row!.width).toBeLessThanOrEqual(list!.x + list!.width + 1);
    expect(await page.evaluate("scrollX + scrollY")).toBe(0);
    await page.context().close();
  });

  test("show nothing rather than another interval's bars while the server is gone", async () => {
    const page = await openPage(DESKTOP, { url: `${server.url}#SPY/1m` });
    expect(await page.textContent("#legend")).toMatch(/^1m · /);
    server.isAnswering = false;
    await expect.poll(() => page.textContent("#state"), PATIENT).toMatch(/^Reconnecting/);
    await page.click('#intervals button[value="5m"]');
    await expect.poll(() => page.textContent("#empty"), PATIENT).toMatch(/^Bars of SPY in 5m come when/);
    expect([await page.textContent("#legend"), await page.textContent("#meanKey")]).toEqual(["", "Average"]);
    // what was known of the other interval still is
    await page.click('#intervals button[value="1m"]');
    await expect.poll(() => page.textContent("#legend"), PATIENT).toMatch(/^1m · /);
    await page.click('#intervals button[value="5m"]');
    server.isAnswering = true;
    await expect.poll(() => page.textContent("#legend"), PATIENT).toMatch(/^5m · /);
    expect(await page.isVisible("#empty")).toBe(false);
    await page.context().close();
  });
});

test("a change is not measured from before the replay began again", async () => {
  const beginMs = epochMs(Math.floor(Date.now() / 60_000) * 60_000 - 600_000);
  await using other = await openPageServer({ passes: { beginMs, everyMs: durationMs(3_600_000) } });
  const page = await openPage(DESKTOP, { url: other.url });
  const clock = new Date(beginMs).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  expect(await page.textContent("#since")).toBe(`since ${clock}`);
  expect(await page.isVisible("#seamKey")).toBe(true);
  await page.context().close();
});
