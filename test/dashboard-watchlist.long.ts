import { describe, expect, test } from "vitest";
import { durationMs } from "#core/units.ts";
import { DESKTOP, isWhole, PATIENT, PHONE, press } from "./dashboard-page.ts";
import { setPageStage } from "./page-stage.ts";
import { pane } from "./pane-fixture.ts";
import { active, add, chosen, symbolsOf } from "./watchlist-page.ts";

const GIVEN = ["AIG", "BAC", "IBM", "SPY"];

const stage = setPageStage();

describe("the watchlist", () => {
  test("keeps what a reader adds, until they remove it by keyboard", async () => {
    const page = await stage.openPage();
    stage.server.taken();
    await add(page, "tsla");
    await expect.poll(() => page.textContent("#empty"), PATIENT).toMatch(/^No trades of TSLA yet/);
    expect(stage.server.taken()).toContainEqual({ action: "watch", symbols: ["TSLA"] });
    await page.goto(stage.server.url);
    await isWhole(page);
    expect(await symbolsOf(page)).toEqual([...GIVEN, "TSLA"]);
    expect(await page.textContent("#title")).toBe("SPY");
    // only what the reader added can go
    await page.focus("#symbols");
    await press(page, "Delete");
    expect(await symbolsOf(page)).toEqual([...GIVEN, "TSLA"]);
    stage.server.taken();
    await press(page, "End", "Delete");
    expect(await symbolsOf(page)).toEqual(GIVEN);
    expect(await page.evaluate("document.activeElement.id")).toBe("symbols");
    expect([await chosen(page), (await active(page)).symbol]).toEqual(["SPY", "SPY"]);
    await expect.poll(() => stage.server.taken(), PATIENT).toContainEqual({ action: "unwatch", symbols: ["TSLA"] });
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
    const page = await stage.openPage("", { script });
    await add(page, "nope");
    await expect.poll(() => symbolsOf(page), PATIENT).toEqual([...GIVEN, "NOPE"]);
    await page.context().close();
  });

  test("asks for what is new alone when a symbol comes or goes", async () => {
    const page = await stage.openPage();
    stage.server.taken();
    await add(page, "MSFT");
    await expect.poll(() => chosen(page), PATIENT).toBe("MSFT");
    await isWhole(page);
    await press(page, "Delete");
    await expect
      .poll(() => stage.server.taken(), PATIENT)
      .toContainEqual({ action: "unsubscribe", symbols: ["MSFT"], intervalMs: durationMs(60_000) });
    await isWhole(page);
    expect(stage.server.taken().filter(({ action }) => action === "subscribe")).not.toContainEqual(
      expect.objectContaining({ symbols: GIVEN }),
    );
    await page.context().close();
  });

  test("cuts a long symbol short, and tells it in full", async () => {
    const symbol = "W".repeat(32);
    for (const options of [DESKTOP, PHONE]) {
      const page = await stage.openPage(`#${symbol}/1m`, options);
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
    const page = await stage.openPage();
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
    stage.server.tell([pane({ symbol: "IBM", intervalMs: durationMs(10_000), startMs, last: 9_000 })]);
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
    const page = await stage.openPage("", { reducedMotion });
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
    stage.server.tell([pane({ symbol: "AIG", intervalMs: durationMs(10_000), startMs, last: 5_000 })]);
    expect(await page.evaluate("lit.then((colour) => colour !== before)")).toBe(isLit);
    await expect.poll(() => page.evaluate("colour() === before"), PATIENT).toBe(true);
    await page.context().close();
  });
});

describe("the search", () => {
  test("filters the list, offers what the server knows, and Enter takes the best", async () => {
    const page = await stage.openPage();
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
});
