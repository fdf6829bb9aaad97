import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CLIENT_LIMITS } from "#core/protocol/client-message.ts";
import { durationMs } from "#core/units.ts";
import { openBrowser } from "./browser.ts";
import { DESKTOP, isWhole, look, openPage as openPageOf, PATIENT, PHONE } from "./dashboard-page.ts";
import { openPageServer, recentPanes, type PageServer } from "./page-server.ts";
import { pane } from "./pane-fixture.ts";

const GIVEN = ["AIG", "BAC", "IBM", "SPY"];
/** `S000` to `S499`. */
const MANY = Array.from({ length: 500 }, (_, index) => `S${String(index).padStart(3, "0")}`);

let browser: Browser;
let server: PageServer;
let large: PageServer;
/** What the browser complained of, but for connections that failed. */
let complaints: string[];

beforeAll(async () => {
  [browser, server] = await Promise.all([openBrowser(), openPageServer()]);
  large = await openPageServer(
    { symbols: ["S000", "S001"] },
    { symbols: MANY, panesOf: (symbol) => recentPanes(symbol, 3) },
  );
});

afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
  await large?.[Symbol.asyncDispose]();
});

beforeEach(() => {
  complaints = [];
});

afterEach(() => {
  expect(complaints).toEqual([]);
});

const openPage = (options: BrowserContextOptions = DESKTOP, { url = server.url, script = "" } = {}): Promise<Page> =>
  openPageOf(browser, complaints, { ...options, url, script });

/** The rows on the page, from the first to the last. */
const symbolsOf = (page: Page): Promise<readonly string[]> => page.locator(".row .symbol").allTextContents();

const chosen = async (page: Page): Promise<string | undefined> => (await look(page))?.symbol;

const add = async (page: Page, symbol: string): Promise<void> => {
  await page.keyboard.press("/");
  await page.keyboard.type(symbol);
  await page.keyboard.press("Enter");
};

const press = async (page: Page, ...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};

/** What a screen reader is told of the active row, and whether it can be seen. */
const active = (page: Page) =>
  page.evaluate<{ symbol: string; row: string; isSelected: string; isSeen: boolean }>(`(() => {
    const grid = document.querySelector("#symbols");
    const row = document.getElementById(grid.getAttribute("aria-activedescendant"));
    const [box, frame] = [row.getBoundingClientRect(), grid.getBoundingClientRect()];
    return {
      symbol: row.querySelector(".symbol").textContent,
      row: row.getAttribute("aria-rowindex"),
      isSelected: row.getAttribute("aria-selected"),
      isSeen: box.top >= frame.top && box.bottom <= frame.bottom + 1 && box.left >= frame.left - 1,
    };
  })()`);

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
    await page.focus("#symbols");
    await press(page, "Delete");
    expect(await symbolsOf(page)).toEqual([...GIVEN, "TSLA"]);
    server.taken();
    await press(page, "End", "Delete");
    expect(await symbolsOf(page)).toEqual(GIVEN);
    expect(await page.evaluate("document.activeElement.id")).toBe("symbols");
    expect([await chosen(page), (await active(page)).symbol]).toEqual(["SPY", "SPY"]);
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

  test("asks for what is new alone when a symbol comes or goes", async () => {
    const page = await openPage();
    server.taken();
    await add(page, "MSFT");
    await expect.poll(() => chosen(page), PATIENT).toBe("MSFT");
    await isWhole(page);
    await press(page, "Delete");
    await expect
      .poll(() => server.taken(), PATIENT)
      .toContainEqual({ action: "unsubscribe", symbols: ["MSFT"], intervalMs: durationMs(60_000) });
    await isWhole(page);
    expect(server.taken().filter(({ action }) => action === "subscribe")).not.toContainEqual(
      expect.objectContaining({ symbols: GIVEN }),
    );
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

  test("says of each symbol its price, its change with arrow and sign, its volume, and how long it was quiet", async () => {
    const page = await openPage();
    const row = page.locator(".row").first();
    await expect.poll(() => row.locator(".price").textContent(), PATIENT).toMatch(/^\d/);
    expect(await row.locator("[role=gridcell]").allTextContents()).toEqual([
      expect.stringMatching(/^\d+\.\d\d$/),
      expect.stringMatching(/^[▲▼] [+−]\d+\.\d\d %$/),
      expect.stringMatching(/^\d+(\.\d+)?[KM]?$/),
      "×",
    ]);
    expect([await row.getAttribute("title"), await row.locator(".remove").isVisible()]).toEqual(["", false]);
    const startMs = Math.floor(Date.now() / 10_000) * 10_000 + 120_000;
    server.tell([pane({ symbol: "IBM", intervalMs: durationMs(10_000), startMs, last: 9_000 })]);
    await expect.poll(() => row.getAttribute("title"), PATIENT).toMatch(/^quiet for 2 min, last traded at \d\d:\d\d$/);
    const muted = await page.evaluate<boolean>(`(() => {
      const [quiet, loud] = ["AIG", "IBM"].map((name) =>
        getComputedStyle(document.querySelector('.symbol[title="' + name + '"]')).color);
      return quiet !== loud;
    })()`);
    expect(muted).toBe(true);
    await page.context().close();
  });

  test.each([
    ["no-preference", true],
    ["reduce", false],
  ] as const)("lights up a new price where motion is %s: %s", async (reducedMotion, isLit) => {
    const page = await openPage({ ...DESKTOP, reducedMotion });
    await expect.poll(() => page.locator(".row .price").first().textContent(), PATIENT).toMatch(/^\d/);
    // the colour of the first price, now, and at the moment in which it is lit
    await page.evaluate(`(() => {
      const cell = document.querySelector(".row .price");
      window.colour = () => getComputedStyle(cell).color;
      window.before = window.colour();
      window.lit = new Promise((resolve) => {
        new MutationObserver(() => cell.className !== "price" && resolve(window.colour())).observe(cell, { attributes: true });
      });
    })()`);
    const startMs = Math.floor(Date.now() / 10_000) * 10_000;
    server.tell([pane({ symbol: "AIG", intervalMs: durationMs(10_000), startMs, last: 5_000 })]);
    expect(await page.evaluate("lit.then((colour) => colour !== before)")).toBe(isLit);
    await expect.poll(() => page.evaluate("colour() === before"), PATIENT).toBe(true);
    await page.context().close();
  });
});

describe("the search", () => {
  test("filters the list, offers what the server knows, and Enter takes the best", async () => {
    const page = await openPage();
    await press(page, "/");
    await page.keyboard.type("b");
    await expect.poll(() => symbolsOf(page), PATIENT).toEqual(["BAC", "IBM", "B"]);
    expect(await page.textContent("#found")).toBe("2 found, 1 to add");
    expect((await active(page)).symbol).toBe("BAC");
    await press(page, "ArrowDown");
    expect((await active(page)).symbol).toBe("IBM");
    await press(page, "Enter");
    expect([await chosen(page), await symbolsOf(page)]).toEqual(["IBM", GIVEN]);
    await press(page, "/");
    await page.keyboard.type("ms");
    await expect.poll(() => symbolsOf(page), PATIENT).toEqual(["MSFT", "MS"]);
    await press(page, "Escape");
    expect([await symbolsOf(page), await page.inputValue("#symbol"), await chosen(page)]).toEqual([GIVEN, "", "IBM"]);
    await add(page, "msft");
    expect([await chosen(page), await symbolsOf(page)]).toEqual(["MSFT", [...GIVEN, "MSFT"]]);
    await page.context().close();
  });

  test("adds and removes all that is known", async () => {
    const page = await openPage(DESKTOP, { url: large.url });
    large.taken();
    await press(page, "/");
    await page.getByRole("button", { name: "Add all 499 known" }).click();
    expect(await page.getAttribute("#symbols", "aria-rowcount")).toBe("502");
    expect(await page.locator(".row").count()).toBeLessThan(50);
    await isWhole(page);
    const messages = large.taken();
    const named = messages.flatMap((message) => ("symbols" in message ? [message.symbols.length] : []));
    expect(Math.max(...named)).toBeLessThanOrEqual(CLIENT_LIMITS.symbols);
    await press(page, "/");
    await page.getByRole("button", { name: "Remove all 499 added" }).click();
    await expect.poll(() => symbolsOf(page), PATIENT).toEqual(["S000", "S001"]);
    await page.context().close();
  });
});

describe("a long list", () => {
  const openLong = async (options: BrowserContextOptions = DESKTOP): Promise<Page> => {
    const script = `localStorage.setItem("tapestream.symbols", '${JSON.stringify(MANY)}')`;
    return openPage(options, { url: `${large.url}#S000/1m`, script });
  };

  test("has the rows in sight alone on the page, and keys lead to any of them", async () => {
    const page = await openLong();
    expect(await page.locator(".row").count()).toBeLessThan(50);
    await page.focus("#symbols");
    await press(page, "End");
    await expect
      .poll(() => active(page), PATIENT)
      .toEqual({ symbol: "S499", row: "501", isSelected: "true", isSeen: true });
    expect(await chosen(page)).toBe("S499");
    expect(await page.locator(".row").count()).toBeLessThan(50);
    await press(page, "PageUp", "ArrowUp", "ArrowDown");
    expect(Number((await active(page)).row)).toBeLessThan(490);
    await press(page, "Home");
    await expect
      .poll(() => active(page), PATIENT)
      .toEqual({ symbol: "S000", row: "2", isSelected: "true", isSeen: true });
    await press(page, "ArrowDown");
    await expect.poll(() => page.textContent("#title"), PATIENT).toBe("S001");
    await page.context().close();
  });

  test("is sorted by its heads, and keeps its order under the pointer", async () => {
    const page = await openLong();
    const sort = (name: string): Promise<string | null> =>
      page.getAttribute(`[role=columnheader]:has(#by-${name})`, "aria-sort");
    await page.focus("#by-symbol");
    await press(page, "Enter");
    expect([await sort("symbol"), (await symbolsOf(page))[0]]).toEqual(["ascending", "S000"]);
    await press(page, "Enter");
    expect([await sort("symbol"), (await symbolsOf(page))[0]]).toEqual(["descending", "S499"]);
    await press(page, "Enter");
    expect([await sort("symbol"), (await symbolsOf(page))[0]]).toEqual(["none", "S000"]);
    const startMs = Math.floor(Date.now() / 10_000) * 10_000 + 10_000;
    large.tell([pane({ symbol: "S123", intervalMs: durationMs(10_000), startMs, last: 900_000 })]);
    await page.click("#by-last");
    await expect.poll(() => symbolsOf(page).then(([first]) => first), PATIENT).toBe("S123");
    expect(await sort("last")).toBe("descending");
    await page.locator(".row").first().hover();
    large.tell([pane({ symbol: "S321", intervalMs: durationMs(10_000), startMs, last: 990_000 })]);
    const first = page.locator(".row").nth(1);
    await expect.poll(() => page.evaluate("performance.now()"), PATIENT).toBeGreaterThan(0);
    expect([(await symbolsOf(page))[0], await first.isVisible()]).toEqual(["S123", true]);
    await page.mouse.move(900, 400);
    await page.evaluate("document.activeElement.blur()");
    await expect.poll(() => symbolsOf(page).then(([one]) => one), PATIENT).toBe("S321");
    await page.context().close();
  });

  test("is a strip on a phone, which a thumb moves", async () => {
    const page = await openLong(PHONE);
    expect(await page.locator(".row").count()).toBeLessThan(20);
    await page.evaluate('document.querySelector("#symbols").scrollTo({ left: 152 * 250 })');
    await expect.poll(() => symbolsOf(page), PATIENT).toContain("S251");
    await page.locator('.row:has([title="S251"])').tap();
    await expect.poll(() => chosen(page), PATIENT).toBe("S251");
    expect((await active(page)).isSeen).toBe(true);
    expect(await page.evaluate("scrollX + scrollY")).toBe(0);
    await page.context().close();
  });

  test.each([
    ["desk", DESKTOP, "dark"],
    ["phone", PHONE, "light"],
  ] as const)("has no serious finding of axe on a %s", async (_, options, colorScheme) => {
    const page = await openLong({ ...options, colorScheme });
    await press(page, "/");
    await page.keyboard.type("S12");
    await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
    const findings = await page.evaluate<readonly { impact: string; id: string; nodes: unknown }[]>(
      'axe.run("#watchlist").then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html, failureSummary }) => html + failureSummary) })))',
    );
    expect(findings.filter(({ impact }) => impact === "serious" || impact === "critical")).toEqual([]);
    await page.context().close();
  });
});
