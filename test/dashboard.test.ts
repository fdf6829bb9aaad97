import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { durationMs, epochMs } from "#core/units.ts";
import { DESKTOP, look, PATIENT, PHONE } from "./dashboard-page.ts";
import { openPageServer } from "./page-server.ts";
import { setPageStage } from "./page-stage.ts";

const stage = setPageStage();

describe("the charts", () => {
  const rangesAgree = async (page: Page): Promise<number> => {
    const [upper = [0, 0], lower = [1, 1]] = (await look(page))!.ranges;
    return Math.max(Math.abs(upper[0] - lower[0]), Math.abs(upper[1] - lower[1]));
  };

  test.each([
    ["desk", DESKTOP],
    ["phone", PHONE],
  ])("show the same time on a %s, from the first moment on, and when it is turned or scrolled", async (_, options) => {
    const page = await stage.openPage("#SPY/1m", options);
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
    const page = await stage.openPage("#SPY/1m", PHONE);
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
    const page = await stage.openPage("#SPY/1m");
    expect(await page.textContent("#legend")).toMatch(/^1m · /);
    stage.server.isAnswering = false;
    await expect.poll(() => page.textContent("#state"), PATIENT).toMatch(/^Reconnecting/);
    await page.click('#intervals button[value="5m"]');
    await expect.poll(() => page.textContent("#empty"), PATIENT).toMatch(/^Bars of SPY in 5m come when/);
    expect([await page.textContent("#legend"), await page.textContent("#meanKey")]).toEqual(["", "Average"]);
    // what was known of the other interval still is
    await page.click('#intervals button[value="1m"]');
    await expect.poll(() => page.textContent("#legend"), PATIENT).toMatch(/^1m · /);
    await page.click('#intervals button[value="5m"]');
    stage.server.isAnswering = true;
    await expect.poll(() => page.textContent("#legend"), PATIENT).toMatch(/^5m · /);
    expect(await page.isVisible("#empty")).toBe(false);
    await page.context().close();
  });
});

test("a change is not measured from before the replay began again", async () => {
  const beginMs = epochMs(Math.floor(Date.now() / 60_000) * 60_000 - 600_000);
  await using other = await openPageServer({ passes: { beginMs, everyMs: durationMs(3_600_000) } });
  const page = await stage.openPage("", { url: other.url });
  const clock = new Date(beginMs).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  expect(await page.textContent("#since")).toBe(`since ${clock}`);
  expect(await page.isVisible("#seamKey")).toBe(true);
  await page.context().close();
});
