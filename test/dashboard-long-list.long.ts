import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { CLIENT_LIMITS } from "#core/protocol/client-message.ts";
import { durationMs } from "#core/units.ts";
import { seriousFindings } from "./axe.ts";
import { DESKTOP, isWhole, PATIENT, PHONE, press, type PageOptions } from "./dashboard-page.ts";
import { recentPanes } from "./page-server.ts";
import { setPageStage } from "./page-stage.ts";
import { pane } from "./pane-fixture.ts";
import { active, chosen, symbolsOf } from "./watchlist-page.ts";

/** `S000` to `S499`. */
const MANY = Array.from({ length: 500 }, (_, index) => `S${String(index).padStart(3, "0")}`);

const stage = setPageStage(
  { symbols: ["S000", "S001"] },
  { symbols: MANY, panesOf: (symbol) => recentPanes(symbol, 3) },
);

describe("the search", () => {
  test("adds and removes all that is known", async () => {
    const page = await stage.openPage();
    stage.server.taken();
    await press(page, "/");
    await page.getByRole("button", { name: "Add all 499 known" }).click();
    expect(await page.getAttribute("#symbols", "aria-rowcount")).toBe("502");
    expect(await page.locator(".row").count()).toBeLessThan(50);
    await isWhole(page);
    const messages = stage.server.taken();
    const named = messages.flatMap((message) => ("symbols" in message ? [message.symbols.length] : []));
    expect(Math.max(...named)).toBeLessThanOrEqual(CLIENT_LIMITS.symbols);
    await press(page, "/");
    await page.getByRole("button", { name: "Remove all 499 added" }).click();
    await expect.poll(() => symbolsOf(page), PATIENT).toEqual(["S000", "S001"]);
    await page.context().close();
  });
});

describe("a long list", () => {
  const openLong = (options: Partial<PageOptions> = {}): Promise<Page> => {
    const script = `localStorage.setItem("tapestream.symbols", '${JSON.stringify(MANY)}')`;
    return stage.openPage("#S000/1m", { script, ...options });
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
    stage.server.tell([pane({ symbol: "S123", intervalMs: durationMs(10_000), startMs, last: 900_000 })]);
    await page.click("#by-last");
    await expect.poll(() => symbolsOf(page).then(([first]) => first), PATIENT).toBe("S123");
    expect(await sort("last")).toBe("descending");
    await page.locator(".row").first().hover();
    stage.server.tell([pane({ symbol: "S321", intervalMs: durationMs(10_000), startMs, last: 990_000 })]);
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
    expect(await seriousFindings(page, "#watchlist")).toEqual([]);
    await page.context().close();
  });
});
