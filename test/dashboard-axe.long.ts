import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import { seriousFindings } from "./axe.ts";
import { DESKTOP, PATIENT, PHONE } from "./dashboard-page.ts";
import { setPageStage } from "./page-stage.ts";

const stage = setPageStage({ hasOwnSymbols: true });

const beat = (): void =>
  stage.server.beat({
    timeMs: epochMs(Date.now()),
    watermarkMs: epochMs(Date.now()),
    feed: "live",
    counts: { trades: 388_417, late: 12, duplicates: 1_000, rejected: 1 },
  });

/** What a reader may see, one after another, and how to get there. */
const VIEWS: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  "the page at work": async (page) => {
    beat();
    await expect.poll(() => page.isVisible("#pipeline"), PATIENT).toBe(true);
  },
  "a symbol without trades, and an address that makes no sense": async (page) => {
    await page.evaluate("location.hash = '#s=nope&i=7m'");
    await expect.poll(() => page.locator(".notice").count(), PATIENT).toBe(1);
    await expect.poll(() => page.isVisible("#empty"), PATIENT).toBe(true);
  },
  "a connection that was lost": async (page) => {
    stage.server.isAnswering = false;
    await expect.poll(() => page.isVisible("#now"), PATIENT).toBe(true);
    stage.server.isAnswering = true;
  },
};

describe.each([
  ["a desk", DESKTOP],
  ["a phone", PHONE],
])("on %s", (_, options) => {
  test.each(["dark", "light"] as const)("axe finds nothing serious in %s colours", async (colorScheme) => {
    const page = await stage.openPage("#s=IBM&i=1m", { ...options, colorScheme });
    for (const [name, prepare] of Object.entries(VIEWS)) {
      await prepare(page);
      expect([name, await seriousFindings(page)]).toEqual([name, []]);
    }
    await page.context().close();
  });
});
