import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BAR_COLUMNS } from "#core/bar-row.ts";
import { openBrowser } from "./browser.ts";
import { startCommand, type RunningCommand } from "./command.ts";
import { DESKTOP, look, openPage } from "./dashboard-page.ts";
import type { Rows } from "./running-cloud.ts";
import { showsStored } from "./shows-stored.ts";

const KILLS = Number(process.env["RESTART_KILLS"] ?? 3);
const PATIENT = { timeout: 60_000, interval: 100 };

let folder: string;
let browser: Browser;
let server: RunningCommand;

const launch = async (port: string): Promise<string> => {
  server = startCommand("start", ["--port", port, "--data", join(folder, "data")], {
    environment: { TAPESTREAM_RUNNING: folder, TMPDIR: folder },
  });
  await server.said("Ctrl-C ends it");
  return /localhost:(\d+)/.exec(server.stdout)?.[1] ?? "";
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dashboard-restart-"));
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  if (server?.child.exitCode === null) {
    server.child.kill("SIGINT");
    await server.ended;
  }
  await rm(folder, { recursive: true, force: true });
});

const [START, TRADES] = [BAR_COLUMNS.indexOf("start"), BAR_COLUMNS.indexOf("trades")];

/** The bars of `before` that have fewer trades in `after`, or are not there at all. */
const lost = (before: Rows, after: Rows): readonly unknown[] => {
  const trades = new Map(after.map((row) => [row[START], Number(row[TRADES])]));
  return before.filter((row) => (trades.get(row[START]) ?? 0) < Number(row[TRADES]));
};

test(
  `a page that stays open while its server is killed ${KILLS} times and goes on with its data shows the store's bars`,
  { timeout: 120_000 + KILLS * 90_000 },
  async () => {
    const port = await launch("0");
    const complaints: string[] = [];
    const page = await openPage(browser, complaints, { ...DESKTOP, url: `http://localhost:${port}/#s=SPY&i=1m` });
    const state = (): Promise<string | null> => page.textContent("#state");
    const equalsStore = (): Promise<Rows> =>
      showsStored(page, { key: "SPY/1m", least: 20, file: join(folder, `running-${server.child.pid}.json`) });
    await equalsStore();
    for (let kill = 0; kill < KILLS; kill++) {
      const before = (await look(page))!.bars;
      server.child.kill("SIGKILL");
      await server.ended;
      await expect.poll(state, PATIENT).toMatch(/^Reconnecting/);
      expect(await page.innerText("#pipeline")).toMatch(/^as of \d\d:\d\d:\d\d:/);
      expect(lost(before, (await look(page))!.bars)).toEqual([]);
      await delay(Math.random() * 5_000);
      await launch(port);
      await expect.poll(state, PATIENT).toBe("Live");
      await expect
        .poll(() => page.locator(".notice").last().textContent(), PATIENT)
        .toMatch(/^The connection was lost at .* All bars of that time have come\./);
      const after = await equalsStore();
      expect(lost(before.slice(0, -1), after)).toEqual([]);
      expect((await look(page))!.statuses).not.toContain("corrected");
      expect(complaints).toEqual([]);
    }
  },
);
