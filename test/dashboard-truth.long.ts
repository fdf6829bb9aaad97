import { setTimeout as delay } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { BAR_COLUMNS } from "#core/bar-row.ts";
import { openBrowser } from "./browser.ts";
import { DESKTOP, isWhole, look, openPage } from "./dashboard-page.ts";
import { HIDING_SCRIPT, setHidden } from "./hidden-page.ts";
import type { Rows } from "./running-cloud.ts";
import { openTruthStage, type TruthStage } from "./truth-stage.ts";

/*
 * The page before the real pipeline, behind a network that fails: whatever happens, the screen ends up equal to the store,
 * bar by bar, and says what happened.
 */

const PATIENT = { timeout: 20_000, interval: 100 };
const TRADES_MS = 50;
const LATE_MS = 600_000;

let browser: Browser;
let stage: TruthStage;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  [browser, stage] = await Promise.all([openBrowser(), openTruthStage()]);
  const startedMs = Date.now();
  // one from before, so that there is a bar to correct
  for (const agoMs of [LATE_MS, 20_000, 10_000, 0]) await stage.put(startedMs - agoMs);
});

afterAll(async () => {
  await browser?.close();
  await stage?.[Symbol.asyncDispose]();
});

afterEach(() => {
  expect(complaints).toEqual([]);
});

/** Trades come, one after another, while `work` goes on. */
const whileTradesCome = async (work: () => Promise<unknown>): Promise<void> => {
  let isOver = false;
  const trading = (async () => {
    while (!isOver) {
      await stage.put(Date.now());
      await delay(TRADES_MS);
    }
  })();
  await work();
  isOver = true;
  await trading;
};

const [START, TRADES] = [BAR_COLUMNS.indexOf("start"), BAR_COLUMNS.indexOf("trades")];

const tradesIn = (rows: Rows): number => rows.reduce((sum, row) => sum + Number(row[TRADES]), 0);

/** Waits until the store has every trade, and the page shows the store's bars, each alike; returns them. */
const equalsStore = async (): Promise<Rows> => {
  let rows: Rows = [];
  await expect
    .poll(async () => {
      const { bars, interval, isWhole: isAnswered } = (await look(page))!;
      rows = await stage.stored(interval, Number(bars[0]?.[START] ?? 0));
      if (!isAnswered || bars.length === 0) return "not shown yet";
      if (tradesIn(rows) < stage.tradesPut) return `${tradesIn(rows)} of ${stage.tradesPut} trades stored`;
      return JSON.stringify(bars) === JSON.stringify(rows) ? "equal" : "different";
    }, PATIENT)
    .toBe("equal");
  return rows;
};

const state = (): Promise<string | null> => page.textContent("#state");

const notices = (): Promise<readonly string[]> => page.locator(".notice span").allTextContents();

test("messages that come twice and out of order, and a hidden tab", { timeout: 40_000 }, async () => {
  const url = `${stage.url}#s=IBM&i=10s`;
  page = await openPage(browser, complaints, { ...DESKTOP, url, script: HIDING_SCRIPT });
  stage.proxy.doubles = true;
  await whileTradesCome(async () => {
    await delay(1_000);
    await setHidden(page, true);
    await delay(1_000);
    await setHidden(page, false);
    await delay(500);
  });
  await equalsStore();
  expect([await state(), await notices()]).toEqual(["Live", []]);
});

test(
  "a connection that is cut while bars go on, a message that is none, and a late trade",
  { timeout: 40_000 },
  async () => {
    const before = (await look(page))!.bars;
    await whileTradesCome(async () => {
      stage.proxy.isOpen = false;
      await expect.poll(state, PATIENT).toMatch(/^Reconnecting/);
      await delay(1_000);
      // of the gap nothing is known yet
      expect(tradesIn((await look(page))!.bars)).toBeLessThan(stage.tradesPut);
      stage.proxy.isOpen = true;
      await expect.poll(state, PATIENT).toBe("Live");
      stage.proxy.say('{"type":"update","version":1,"columns":["symbol"],"part":1,"parts":1,"rows":[["IBM"]]}');
      await stage.put(Number(before[0]![START]) + 1_000);
    });
    const rows = await equalsStore();
    expect(Number(rows[0]![TRADES])).toBe(2);
    expect(await notices()).toEqual([
      expect.stringMatching(/^The connection was lost at .* All bars of that time have come\.$/),
      expect.stringMatching(/^The server sent something that this page cannot read\./),
    ]);
    await expect.poll(async () => (await look(page))!.statuses[0], PATIENT).toBe("corrected");
    expect((await look(page))!.marks).toEqual([Number(rows[0]![START]) / 1_000]);
    await expect.poll(() => page.innerText("#pipeline"), PATIENT).toMatch(/1 late/);
  },
);

test("longer bars, and a symbol that nobody knows", { timeout: 40_000 }, async () => {
  await page.click('#intervals button[value="1m"]');
  await expect.poll(async () => (await look(page))!.interval, PATIENT).toBe("1m");
  await isWhole(page);
  await equalsStore();
  await page.focus("#symbol");
  await page.keyboard.type("nope");
  await page.keyboard.press("Enter");
  await expect
    .poll(() => page.textContent("#empty"), PATIENT)
    .toBe("No trades of NOPE: this source carries other symbols.");
  await page.getByRole("button", { name: "Remove NOPE" }).click();
  await expect.poll(() => page.locator(".row").count(), PATIENT).toBe(2);
});
