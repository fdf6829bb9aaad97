import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import { epochMs, sequenceNumber } from "#core/units.ts";
import { DESKTOP, look, PATIENT, PHONE } from "./dashboard-page.ts";
import { shardOperations } from "./operations-fixture.ts";
import { openPageServer } from "./page-server.ts";
import { setPageStage } from "./page-stage.ts";
import { pane } from "./pane-fixture.ts";

const SHARD = "shardId-000000000000";
const NAMES = ["late", "corrected", "duplicates", "rejected", "gaps"] as const;

const stage = setPageStage({ kind: "replayed" });

beforeEach(() => {
  stage.server.works({ head: {}, shards: [] });
  stage.server.taken();
});

/** A page with its overseer at work. */
const openPage = async (path = "", options = DESKTOP): Promise<Page> => {
  const page = await stage.openPage(path, options);
  await expect.poll(async () => (await look(page))?.overseen !== undefined, PATIENT).toBe(true);
  return page;
};

const isOpen = async (page: Page): Promise<boolean | undefined> => (await look(page))?.overseen?.isOpen;

const verdict = (page: Page): Promise<string> => page.innerText("#operations .verdict");

/** A shard that has just folded trades. */
const busy = () => {
  const nowMs = Date.now();
  const times = { eventTimeMs: nowMs - 500, ingestTimeMs: nowMs - 460, arrivalTimeMs: nowMs - 450 };
  const stamps = { ...times, foldedTimeMs: nowMs - 250, lastArrivalMs: nowMs - 450, watermarkMs: nowMs - 2_500 };
  const told = Object.fromEntries(Object.entries(stamps).map(([name, timeMs]) => [name, epochMs(timeMs)]));
  return shardOperations({
    shard: SHARD,
    last: sequenceNumber("1"),
    records: 9,
    trades: 40,
    stateBytes: 300,
    panes: 6,
    ...told,
  });
};

describe("what happened to trades", () => {
  test("is counted below the page, and explained to who points there or comes by keyboard", async () => {
    const page = await openPage();
    stage.server.beat({ counts: { trades: 2, late: 5, corrected: 1, duplicates: 1_000, rejected: 3, gaps: 1 } });
    const texts = (): Promise<string[]> => Promise.all(NAMES.map((name) => page.innerText(`#${name}`)));
    await expect.poll(texts, PATIENT).toEqual(["5 late", "1 corrected", "1,000 duplicates", "3 rejected", "1 gap"]);
    const tip = (name: string): Promise<string> =>
      page.evaluate(`getComputedStyle(document.querySelector("#${name}"), "::after").content`);
    for (const name of NAMES) {
      expect(await tip(name)).toBe("none");
      await page.focus(`#${name}`);
      expect((await tip(name)).length).toBeGreaterThan(40);
    }
    await page.hover("#late");
    expect(await tip("late")).toMatch(/behind others of later times/u);
    await page.context().close();
  });
});

describe("the operations view", () => {
  test("opens by its key, its button and its address, and gives the focus back", async () => {
    const page = await openPage();
    await page.keyboard.press("o");
    const shown = async () => [await isOpen(page), new URL(page.url()).search];
    await expect.poll(shown, PATIENT).toEqual([true, "?view=operations"]);
    await page.keyboard.press("Escape");
    await expect.poll(shown, PATIENT).toEqual([false, ""]);
    await page.focus("#operationsButton");
    await page.keyboard.press("Enter");
    expect(await isOpen(page)).toBe(true);
    await page.click("#operations .close");
    expect(await page.evaluate("document.activeElement.id")).toBe("operationsButton");
    await page.focus("#symbol");
    await page.keyboard.press("o");
    expect(await isOpen(page)).toBe(false);
    await page.context().close();
  });

  test("shows shards, stages and the verdict, and asks only while somebody looks", async () => {
    const page = await openPage();
    const asked = (): boolean => stage.server.taken().some(({ action }) => action === "operations");
    expect(asked()).toBe(false);
    stage.server.beat({ counts: { trades: 40 }, connections: 3 });
    const shard = busy();
    stage.server.works({ shards: [shard] });
    await page.evaluate(`new MutationObserver((_, observer) => {
      window.atFirst = document.querySelector("#operations .wide").innerText;
      observer.disconnect();
    }).observe(document.querySelector("#operations"), { subtree: true, childList: true, characterData: true })`);
    await page.keyboard.press("o");
    await expect.poll(() => verdict(page), PATIENT).toBe("All well");
    // two answers make a rate
    expect(await page.evaluate("window.atFirst")).toMatch(/^Trades a second\s+…\s+in … frames a second/u);
    await expect.poll(() => page.innerText("#operations .wide"), PATIENT).toMatch(/^Trades a second\s+0\s+in 0 /u);
    await expect.poll(() => page.innerText("#operations .shards tbody"), PATIENT).toMatch(/^0\s+200 ms\s+\d/u);
    // the bars of the shard's last step come by an update, and what is known of both is the way of a trade
    const one = pane({ symbol: "SPY", last: 1, shard: SHARD });
    const close = { ...one.content.close, eventTimeMs: shard.eventTimeMs! };
    stage.server.tell([{ ...one, content: { ...one.content, close } }]);
    const medians = (): Promise<string[]> => page.locator("#operations .stages td:nth-child(3)").allInnerTexts();
    await expect.poll(async () => (await medians()).slice(0, 3), PATIENT).toEqual(["40 ms", "10 ms", "200 ms"]);
    await expect.poll(async () => (await medians()).every((words) => words !== "–"), PATIENT).toBe(true);
    expect(await page.innerText("#latency")).toMatch(/^latency \d/u);
    expect(await page.innerText("#operations .stages")).toMatch(/replayed/u);
    expect(asked()).toBe(true);
    await page.context().close();
  });

  test("says what is wrong, and when it is well again", async () => {
    const page = await openPage("?view=operations#IBM/1m");
    expect([await isOpen(page), (await look(page))!.symbol]).toEqual([true, "IBM"]);
    stage.server.beat({ feed: "dead" });
    stage.server.works({ shards: [{ ...busy(), stateBytes: 700_000 }] });
    const wrong = (): Promise<string[]> => page.locator("#operations .wrong li").allInnerTexts();
    await expect
      .poll(wrong, PATIENT)
      .toEqual([
        expect.stringMatching(/^Nobody feeds the pipeline, since \d\d:\d\d:\d\d$/u),
        expect.stringMatching(/^Shard 0 keeps 97 % of the state that it may, since /u),
      ]);
    expect(await verdict(page)).toBe("2 things are wrong");
    stage.server.beat({ feed: "live" });
    await expect.poll(wrong, PATIENT).toHaveLength(1);
    await page.context().close();
  });

  test("fits a phone, whose page says that its trades are none of now", async () => {
    const page = await openPage("?view=operations", PHONE);
    stage.server.works({ shards: [busy()] });
    await expect.poll(() => page.innerText("#operations .shards tbody"), PATIENT).toMatch(/^0/u);
    const widths = `[document.documentElement, document.querySelector("#operations .body")]
      .map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)`;
    expect(await page.evaluate(widths)).toEqual([0, 0]);
    await page.keyboard.press("Escape");
    expect(await page.innerText("#badge")).toMatch(/^replayed$/iu);
    const { x, y, width } = (await page.locator("#badge").boundingBox())!;
    expect([x > 0, y > 0 && y < 60, x + width < PHONE.viewport.width]).toEqual([true, true, true]);
    await page.context().close();
  });
});

test("what is injected on purpose is listed where the server says that it is", async () => {
  await using other = await openPageServer({ faults: "faults.json" });
  const page = await stage.openPage("", { url: `${other.url}?view=operations` });
  const faults = [
    { kind: "kill", atMs: Date.now() - 2_000 },
    { kind: "split-shard", atMs: Date.now() },
  ];
  other.faults.push(...faults);
  const list = (): Promise<string[]> => page.locator("#operations .faults li").allInnerTexts();
  await expect
    .poll(list, PATIENT)
    .toEqual([expect.stringMatching(/ split-shard$/u), expect.stringMatching(/^\d\d:\d\d:\d\d kill$/u)]);
  expect(await page.innerText("#operations .faults")).toMatch(/npm run chaos/u);
  await page.context().close();
});
