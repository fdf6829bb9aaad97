import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { DESKTOP, isWhole, look, PATIENT } from "./dashboard-page.ts";
import { changesWhileHidden, HEARING_SCRIPT, HIDING_SCRIPT, setHidden, updatesHeard } from "./hidden-page.ts";
import { setPageStage } from "./page-stage.ts";
import { pane } from "./pane-fixture.ts";

const stage = setPageStage({ hasOwnSymbols: true });

const stateOf = (page: Page) => (): Promise<string | null> => page.textContent("#state");

const iconOf = (page: Page): Promise<string> =>
  page.evaluate<string>(`(() => {
    const { border, borderRadius, clipPath } = getComputedStyle(document.querySelector("#state"), "::before");
    return [border, borderRadius, clipPath].join();
  })()`);

const noticesOf = (page: Page) => (): Promise<readonly string[]> => page.locator(".notice span").allTextContents();

const shownOf = (page: Page) => async (): Promise<string> => {
  const dash = await look(page);
  return `${dash?.symbol} ${dash?.interval} ${new URL(page.url()).hash}`;
};

const beat = (): void =>
  stage.server.beat({
    timeMs: epochMs(Date.now()),
    watermarkMs: epochMs(Date.now()),
    feed: "live",
    counts: { trades: 1, late: 0, duplicates: 0, rejected: 0 },
  });

describe("the connection", () => {
  test("is said in words and by icons of different shapes, and can be hurried by keyboard", async () => {
    const page = await stage.openPage();
    const icons = new Map([["Live", await iconOf(page)]]);
    beat();
    await expect.poll(() => page.isVisible("#pipeline"), PATIENT).toBe(true);
    stage.server.isAnswering = false;
    await expect.poll(stateOf(page), PATIENT).toMatch(/^Reconnecting in \d+ s$/);
    icons.set("Reconnecting", await iconOf(page));
    expect(await page.textContent("#age")).toMatch(/^(the connection was cut|the server does not answer), since \d\d:/);
    // what was known of the pipeline stays
    expect(await page.innerText("#pipeline")).toMatch(/^as of \d\d:\d\d:\d\d:\s/);
    await page.context().setOffline(true);
    await expect.poll(stateOf(page), PATIENT).toBe("Offline");
    icons.set("Offline", await iconOf(page));
    await page.context().setOffline(false);
    await expect.poll(stateOf(page), PATIENT).toMatch(/^Reconnecting/);
    await page.getByRole("button", { name: "Try now" }).focus();
    // By itself it would be live only in so many seconds.
    await expect.poll(stateOf(page), { timeout: 30_000, interval: 20 }).toMatch(/^Reconnecting in ([5-9]|10) s$/);
    stage.server.isAnswering = true;
    await page.keyboard.press("Enter");
    await expect.poll(stateOf(page), { timeout: 4_000, interval: 20 }).toBe("Live");
    await expect
      .poll(noticesOf(page), PATIENT)
      .toEqual([
        expect.stringMatching(/^The connection was lost at .*, for \d+ s\. All bars of that time have come\.$/),
      ]);
    expect(await page.evaluate("document.activeElement.id")).toBe("state");
    expect(await page.isVisible("#now")).toBe(false);
    expect(await page.getAttribute("#age", "title")).toMatch(/^last trouble at \d\d:/);
    await page.getByRole("button", { name: "Dismiss" }).focus();
    await page.keyboard.press("Enter");
    expect(await noticesOf(page)()).toEqual([]);
    await page.context().close();
    // by hand, as they pass too quickly
    const other = await stage.openPage();
    for (const look of ["connecting", "stale"]) {
      await other.evaluate(`document.querySelector("#state").dataset.state = "${look}"`);
      icons.set(look, await iconOf(other));
    }
    expect(new Set(icons.values()).size).toBe(5);
    await other.context().close();
  });

  test("is said although that part of the script could not be had at first", async () => {
    const page = await (await stage.browser.newContext(DESKTOP)).newPage();
    const first = await (await fetch(stage.server.url)).text();
    const failed = new Set<string>();
    await page.route("**/*.js", (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      if (first.includes(name) || failed.has(name)) return route.continue();
      failed.add(name);
      return route.abort();
    });
    await page.goto(stage.server.url);
    await expect.poll(stateOf(page), PATIENT).toBe("Live");
    expect(failed.size).toBeGreaterThan(0);
    await page.context().close();
  });
});

describe("the address", () => {
  test.each([
    ["#ibm/5m", "IBM 5m #s=IBM&i=5m"],
    ["#s=spy&i=60s&ma=20", "SPY 1m #s=SPY&i=1m&ma=20"],
  ])("%s is understood as %s", async (hash, shown) => {
    const page = await stage.openPage(hash);
    expect(await shownOf(page)()).toBe(shown);
    expect(await noticesOf(page)()).toEqual([]);
    expect(await page.locator(".row").count()).toBe(4);
    await page.context().close();
  });

  test("is followed when it changes, and goes back and forward", async () => {
    const page = await stage.openPage("#s=IBM&i=1m");
    const shows = (shown: string) => expect.poll(shownOf(page), PATIENT).toBe(shown);
    await page.evaluate(`location.hash = "#s=aig&i=5m"`);
    await shows("AIG 5m #s=AIG&i=5m");
    await page.evaluate(`performance.now = ((now) => () => now() + 5_000)(performance.now.bind(performance))`);
    await page.click(`#intervals button[value="10s"]`);
    await shows("AIG 10s #s=AIG&i=10s");
    // what follows at once takes its place
    await page.click(`#intervals button[value="1m"]`);
    await shows("AIG 1m #s=AIG&i=1m");
    await page.goBack();
    await shows("AIG 5m #s=AIG&i=5m");
    await page.goBack();
    await shows("IBM 1m #s=IBM&i=1m");
    await page.goForward();
    await shows("AIG 5m #s=AIG&i=5m");
    await isWhole(page);
    await page.context().close();
  });

  test("that makes no sense is answered in a sentence, and what can be shown is", async () => {
    const page = await stage.openPage("#s=%E0%A4%A&i=7m");
    await expect
      .poll(noticesOf(page), PATIENT)
      .toEqual([
        'The address names "\u{fffd}%A", which can be no symbol. SPY is shown.',
        'The address asks for bars of "7m", which there are not. 1m is shown.',
      ]);
    expect(await shownOf(page)()).toBe("SPY 1m #s=SPY&i=1m");
    await page.context().close();
  });
});

describe("symbols", () => {
  const add = async (page: Page, symbol: string): Promise<void> => {
    await page.focus("#symbol");
    await page.keyboard.type(symbol);
    await page.keyboard.press("Enter");
  };
  const rowsOf = (page: Page) => (): Promise<readonly string[]> => page.locator(".row .symbol").allTextContents();
  const GIVEN = ["AIG", "BAC", "IBM", "SPY"];

  test("are found whatever the case of their letters, once the server has said how they are written", async () => {
    stage.server.known.push("btcUSD");
    stage.server.taken();
    const page = await stage.openPage("#s=BTCusd");
    await expect.poll(shownOf(page), PATIENT).toBe("btcUSD 1m #s=btcUSD&i=1m");
    expect(await rowsOf(page)()).toEqual([...GIVEN, "btcUSD"]);
    const told = stage.server.taken().filter(({ action }) => action === "watch" || action === "unwatch");
    expect(told).toEqual([{ action: "watch", symbols: ["btcUSD"] }]);
    await add(page, "iBm");
    await expect.poll(shownOf(page), PATIENT).toBe("IBM 1m #s=IBM&i=1m");
    expect(await rowsOf(page)()).toEqual([...GIVEN, "btcUSD"]);
    await page.context().close();
  });

  test("that a replay does not have are not promised", async () => {
    const page = await stage.openPage("#s=nope");
    await expect
      .poll(() => page.textContent("#empty"), PATIENT)
      .toBe("No trades of NOPE: this source carries other symbols.");
    await page.context().close();
  });

  test("that an address alone named, and that nobody knows, stay while they are shown, or once they were added", async () => {
    const page = await stage.openPage("#s=zzzz");
    await expect.poll(rowsOf(page), PATIENT).toEqual([...GIVEN, "ZZZZ"]);
    await expect.poll(() => page.locator(".row").last().getAttribute("data-kind"), PATIENT).toBe("offered");
    await page.click(".row >> text=IBM");
    await expect.poll(rowsOf(page), PATIENT).toEqual(GIVEN);
    await page.evaluate(`location.hash = "#s=zzzz"`);
    await expect.poll(rowsOf(page), PATIENT).toEqual([...GIVEN, "ZZZZ"]);
    await page.click(".row >> text=ZZZZ");
    await page.click(".row >> text=IBM");
    await page.reload();
    await isWhole(page);
    expect(await rowsOf(page)()).toEqual([...GIVEN, "ZZZZ"]);
    await page.context().close();
  });

  test("that are added and removed in one tab are in the other at once", async () => {
    const page = await stage.openPage();
    const other = await page.context().newPage();
    await other.goto(`${stage.server.url}#s=IBM`);
    await isWhole(other);
    await add(page, "tsla");
    await add(page, "nvda");
    await expect.poll(rowsOf(other), PATIENT).toEqual([...GIVEN, "TSLA", "NVDA"]);
    await other.click(".row >> text=TSLA");
    await page.getByRole("button", { name: "Remove TSLA" }).click();
    await expect.poll(rowsOf(other), PATIENT).toEqual([...GIVEN, "NVDA"]);
    // the one that stands in its place
    await expect.poll(async () => (await look(other))?.symbol, PATIENT).toBe("NVDA");
    await page.context().close();
  });
});

test("what the server sends and the page cannot read is said, breaks nothing, and all is asked for again", async () => {
  const page = await stage.openPage("#s=IBM&i=1m");
  const before = (await look(page))!.bars;
  stage.server.taken();
  for (const text of ["", '{"type":"unheard of","version":1}', '{"type":"update","version":2,"parts":[]}'])
    stage.server.say(text);
  await expect
    .poll(noticesOf(page), PATIENT)
    .toEqual([
      expect.stringMatching(/^The server sent something that this page cannot read/),
      expect.stringMatching(/^The server speaks a newer protocol than this page/),
    ]);
  await expect.poll(() => stage.server.taken().map(({ action }) => action), PATIENT).toContain("subscribe");
  await isWhole(page);
  const startMs = Math.floor(Date.now() / 10_000) * 10_000;
  stage.server.tell([pane({ symbol: "IBM", intervalMs: durationMs(10_000), startMs, last: 777 })]);
  await expect.poll(async () => (await look(page))!.bars, PATIENT).not.toEqual(before);
  expect(await stateOf(page)()).toBe("Live");
  await page.getByRole("button", { name: "Load again" }).click();
  await expect.poll(noticesOf(page), PATIENT).toEqual([]);
  await page.context().close();
});

test("a hidden page paints nothing, and is whole again at once when it is shown", async () => {
  const page = await stage.openPage("#s=IBM&i=1m", { script: HIDING_SCRIPT + HEARING_SCRIPT });
  await expect.poll(stateOf(page), PATIENT).toBe("Live");
  // all parts of the page are there
  await expect.poll(async () => (await look(page))?.overseen !== undefined, PATIENT).toBe(true);
  await setHidden(page, true);
  const startMs = Math.floor(Date.now() / 10_000) * 10_000;
  const key = { symbol: "IBM", intervalMs: durationMs(10_000), startMs };
  for (let last = 800; last < 810; last++) {
    stage.server.tell([pane({ ...key, last })]);
    beat();
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  await expect.poll(() => updatesHeard(page), PATIENT).toBe(10);
  expect(await changesWhileHidden(page)).toBe(0);
  await setHidden(page, false);
  await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))");
  expect(await page.textContent("#price")).toBe("9.09");
  expect(await page.isVisible("#pipeline")).toBe(true);
  await page.context().close();
});
