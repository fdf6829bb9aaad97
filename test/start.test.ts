import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BAR_COLUMNS } from "#core/bar-row.ts";
import { openBrowser } from "./browser.ts";
import { runCommandLine, startCommand, type RunningCommand } from "./command.ts";
import { isWhole, look } from "./dashboard-page.ts";
import { putTrade, type Rows } from "./running-cloud.ts";
import { showsStored } from "./shows-stored.ts";

/** The gateway ends a connection after this long: the page has to renew its own every few seconds. */
const SOCKET_LIMIT_SECONDS = 6;
const PATIENT = { timeout: 60_000, interval: 100 };

let folder: string;
let browser: Browser;
let server: RunningCommand;
let port: string;

const launch = async (onPort: string): Promise<void> => {
  server = startCommand("start", ["--port", onPort, "--for", "1200", "--socket-limit", String(SOCKET_LIMIT_SECONDS)], {
    // what a killed one leaves in its temporary folder goes with the test's
    environment: { TAPESTREAM_RUNNING: folder, TMPDIR: folder },
    leadsGroup: true,
  });
  await server.said("Ctrl-C ends it");
  port = /localhost:(\d+)/.exec(server.stdout)?.[1] ?? "";
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "start-test-"));
  [browser] = await Promise.all([openBrowser(), launch("0")]);
});

afterAll(async () => {
  await browser?.close();
  if (server?.child.exitCode === null) server.child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

interface Tab {
  readonly page: Page;
  /** What the browser complained of. */
  readonly complaints: string[];
}

const openTab = async (hash = ""): Promise<Tab> => {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
  const complaints: string[] = [];
  page.on("console", (message) => {
    const isComplaint = message.type() === "error" || message.type() === "warning";
    // the browser itself tells of each connection that failed
    if (isComplaint && !message.text().startsWith("WebSocket connection to")) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(`http://localhost:${port}/${hash}`);
  await expect.poll(() => look(page), PATIENT).toBeDefined();
  return { page, complaints };
};

const START = BAR_COLUMNS.indexOf("start");

/** Tells how the server is reached. */
const runningFile = (): string => join(folder, `running-${server.child.pid}.json`);

const equalsStore = (page: Page, key: string, least: number): Promise<Rows> =>
  showsStored(page, { key, least, file: runningFile() });

describe("npm start", () => {
  let tab: Tab;

  test("shows bars of real trades in a browser, the same as the store's", { timeout: 180_000 }, async () => {
    tab = await openTab("#SPY/1m");
    const rows = await equalsStore(tab.page, "SPY/1m", 20);
    const candles = (await look(tab.page))!.candles as { time: number; close?: number }[];
    const drawn = new Map(candles.map(({ time, close }) => [time * 1_000, close]));
    const close = BAR_COLUMNS.indexOf("close");
    expect(rows.map((row) => drawn.get(Number(row[START])))).toEqual(rows.map((row) => Number(row[close])));
    expect(await tab.page.textContent("#state")).toBe("Live");
    expect(await tab.page.locator("#rows .row").count()).toBe(4);
    await expect.poll(() => tab.page.innerText("#pipeline"), PATIENT).toMatch(/Trades come in\s+complete up to \d\d:/);
    expect(tab.complaints).toEqual([]);
  });

  test("shows what moves", { timeout: 120_000 }, async () => {
    const trades = async (): Promise<number> =>
      (await look(tab.page))!.bars.reduce((sum, row) => sum + Number(row[BAR_COLUMNS.indexOf("trades")]), 0);
    const before = await trades();
    await expect.poll(trades, PATIENT).toBeGreaterThan(before);
  });

  test("corrects a bar on the open chart when a trade comes late, and marks it", { timeout: 180_000 }, async () => {
    const { bars, statuses } = (await look(tab.page))!;
    expect(statuses).not.toContain("corrected");
    const [first, trades] = [bars[0]!, BAR_COLUMNS.indexOf("trades")];
    const startMs = Number(first[START]);
    await putTrade(runningFile(), { symbol: "SPY", price: "1.25", size: 7, eventTimeMs: startMs + 1_000, sequence: 1 });
    const shown = async () => {
      const { bars, statuses, marks } = (await look(tab.page))!;
      const index = bars.findIndex((row) => row[START] === startMs);
      return [bars[index]?.[trades], statuses[index], marks.includes(startMs / 1_000)];
    };
    await expect.poll(shown, PATIENT).toEqual([Number(first[trades]) + 1, "corrected", true]);
    const rows = await equalsStore(tab.page, "SPY/1m", 20);
    const low = BAR_COLUMNS.indexOf("low");
    expect(rows.find((row) => row[START] === startMs)?.[low]).toBe("1.25");
    expect(tab.complaints).toEqual([]);
  });

  test("renews its connection, and nobody notices", { timeout: 180_000 }, async () => {
    let renewals = 0;
    tab.page.on("websocket", () => renewals++);
    await tab.page.evaluate(`
      window.noticed = [];
      const state = document.querySelector("#state");
      new MutationObserver(() => window.noticed.push(state.textContent)).observe(state, { childList: true, subtree: true });
      const trades = new Map();
      setInterval(() => {
        for (const row of window.__dash.bars) {
          const [start, count] = [row[${START}], row[${BAR_COLUMNS.indexOf("trades")}]];
          if (count < trades.get(start)) window.noticed.push([start, trades.get(start), count]);
          trades.set(start, count);
        }
      }, 20);
    `);
    for (const least of [1, 2, 3]) {
      await expect.poll(() => renewals, PATIENT).toBeGreaterThanOrEqual(least);
      await equalsStore(tab.page, "SPY/1m", 20);
    }
    expect(await tab.page.evaluate("window.noticed")).toEqual([]);
    expect(tab.complaints).toEqual([]);
  });

  test("changes symbol and interval, in each tab on its own", { timeout: 180_000 }, async () => {
    const other = await openTab("#IBM/10s");
    await equalsStore(other.page, "IBM/10s", 100);
    await other.page.click('#intervals button[value="5m"]');
    await equalsStore(other.page, "IBM/5m", 3);
    await other.page.click("#rows .row:first-child");
    await equalsStore(other.page, "AIG/5m", 3);
    await equalsStore(tab.page, "SPY/1m", 20);
    expect(other.complaints).toEqual([]);
    await other.page.close();
  });

  test("says of an unknown symbol that it has no trades", { timeout: 120_000 }, async () => {
    const other = await openTab();
    await isWhole(other.page);
    await other.page.keyboard.press("/");
    await other.page.keyboard.type("nope");
    await other.page.keyboard.press("Enter");
    await expect.poll(() => other.page.textContent("#empty"), PATIENT).toMatch(/^No trades of NOPE: this source/);
    expect(await other.page.isVisible("#empty")).toBe(true);
    expect((await look(other.page))!.bars).toEqual([]);
    await other.page.getByRole("button", { name: "Remove NOPE" }).click();
    await expect.poll(() => other.page.locator("#rows .row").count(), PATIENT).toBe(4);
    expect(other.complaints).toEqual([]);
    await other.page.close();
  });

  test("comes back to the same bars after a crash of the server", { timeout: 240_000 }, async () => {
    expect(tab.complaints).toEqual([]);
    server.child.kill("SIGKILL");
    await server.ended;
    await expect.poll(() => tab.page.textContent("#state"), PATIENT).toMatch(/^Reconnecting/);
    expect((await look(tab.page))!.bars.length).toBeGreaterThan(20);
    await launch(port);
    await expect.poll(() => tab.page.textContent("#state"), PATIENT).toBe("Live");
    await equalsStore(tab.page, "SPY/1m", 20);
    // the late trade went with the store
    expect((await look(tab.page))!.statuses).not.toContain("corrected");
    // the browser itself tells of each connection that failed, of those for a ticket too
    expect(
      tab.complaints.filter((text) => !/^WebSocket connection to|net::ERR_(CONNECTION_\w+|EMPTY_RESPONSE)$/.test(text)),
    ).toEqual([]);
  });

  test("ends within five seconds of Ctrl-C and leaves nothing behind", { timeout: 120_000 }, async () => {
    const startedAt = performance.now();
    server.child.kill("SIGINT");
    const { code, stderr } = await server.ended;
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect([code, stderr.includes("Error")]).toEqual([0, false]);
    // no process of its group is left
    expect(() => process.kill(-server.child.pid!, 0)).toThrow("ESRCH");
    expect((await readdir(folder)).filter((name) => name.startsWith("running-"))).toEqual([]);
  });
});

test("npm start refuses what it cannot do in one sentence, at once", { timeout: 120_000 }, async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port: used } = taken.address() as { port: number };
  const cases: [readonly string[], number, RegExp][] = [
    [["--port", String(used)], 1, /^port \d+ must be free, .* \[TAPE_PORT_IN_USE\]$/],
    [["--port", "0", "--file", join(folder, "none.csv")], 1, /^there is no file .* \[TAPE_FILE_UNREADABLE\]$/],
    [["--source", "yahoo"], 2, /^--source must be replay or sim, was "yahoo".* \[TAPE_USAGE\]$/],
    [
      ["--source", "sim", "--speed", "2"],
      2,
      /^--file and --speed go with a replay, --source was sim.* \[TAPE_USAGE\]$/,
    ],
    [["--socket-limit", "7201"], 2, /^--socket-limit must be a whole number from 5 to 7200, .* \[TAPE_USAGE\]$/],
    [["fast"], 2, /^only flags are known, was given "fast".* \[TAPE_USAGE\]$/],
  ];
  for (const [args, exitCode, sentence] of cases) {
    const { code, stderr } = await runCommandLine("start", args);
    expect([args, code, stderr.trimEnd()]).toEqual([args, exitCode, expect.stringMatching(sentence)]);
  }
  taken.close();
});
