import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Browser } from "playwright-core";
import { openBrowser } from "./browser.ts";
import { runCommandLine, startCommand, type RunningCommand } from "./command.ts";
import { DESKTOP, look, openPage } from "./dashboard-page.ts";

const PATIENT = { timeout: 60_000, interval: 200 };
const ENDED = 0;

let browser: Browser;
let command: RunningCommand;
let folder: string;
let names: Record<string, string>;
/** Where commands find each other. */
let running: Record<string, string>;

/** Names of its own on the engines of the run. */
const freshNames = (): Record<string, string> => {
  const name = randomUUID().replaceAll("-", "");
  return {
    KAFKA_BROKERS: inject("kafka").address,
    CASSANDRA_CONTACT_POINTS: inject("cassandra").address,
    CASSANDRA_DATA_CENTER: inject("cassandra").dataCenter,
    CASSANDRA_KEYSPACE: `start_${name}`,
    TICKS_TOPIC: `ticks-${name}`,
    BARS_TOPIC: `bars-${name}`,
    GROUP: `aggregators-${name}`,
  };
};

const healthOf = (name: string): string =>
  new RegExp(`${name} +(http://127\\.0\\.0\\.1:\\d+)/metrics`).exec(command.stdout)![1]!;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "start-kafka-"));
  names = freshNames();
  running = { TAPESTREAM_RUNNING: folder };
  command = startCommand("start-kafka", ["--port", "0", "--verbose"], { environment: { ...names, ...running } });
  [browser] = await Promise.all([openBrowser(), command.said("Ctrl-C ends it")]);
});

afterAll(async () => {
  await browser?.close();
  if (command?.child.exitCode === null) command.child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

describe("npm run start:kafka", () => {
  test("shows history at once and bars that move, in a real browser", async () => {
    const complaints: string[] = [];
    const url = /http:\/\/localhost:\d+/.exec(command.stdout)![0];
    const page = await openPage(browser, complaints, { ...DESKTOP, url: `${url}/#SPY/10s` });
    await expect.poll(async () => (await look(page))?.bars.length, PATIENT).toBeGreaterThan(100);
    const before = JSON.stringify((await look(page))!.bars.at(-1));
    await expect.poll(async () => JSON.stringify((await look(page))!.bars.at(-1)), PATIENT).not.toBe(before);
    await expect.poll(() => page.textContent("#state"), PATIENT).toBe("Live");
    expect(await page.textContent("#badge")).toBe("replayed");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("has workers that say how they are", async () => {
    for (const name of ["fetcher", "aggregator", "broadcaster"]) {
      const answers = await Promise.all(["/healthz", "/readyz"].map((path) => fetch(healthOf(name) + path)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    }
    const metrics = await (await fetch(`${healthOf("aggregator")}/metrics`)).text();
    expect(Number(/kind="trades"\} (\d+)/.exec(metrics)![1])).toBeGreaterThan(0);
    expect(metrics).toContain("nodejs_eventloop_lag_seconds");
  });

  test("has bars that npm run bars and npm run rejected find, without being told where, or told by the environment", async () => {
    const flags = ["--symbol", "SPY", "--interval", "1m"];
    const { KAFKA_BROKERS: _, ...cassandra } = names;
    const [found, told, rejected] = await Promise.all([
      runCommandLine("bars", flags, { environment: running }),
      runCommandLine("bars", flags, { environment: { ...cassandra, TAPESTREAM_RUNNING: "/nowhere" } }),
      runCommandLine("rejected", [], { environment: running }),
    ]);
    const words = `reads keyspace ${names["CASSANDRA_KEYSPACE"]} of ${names["CASSANDRA_CONTACT_POINTS"]}\n`;
    for (const { code, stderr, stdout } of [found, told]) {
      expect([code, stderr]).toEqual([0, words]);
      expect(stdout).toMatch(/^symbol,/);
      expect(stdout.split("\n").length).toBeGreaterThan(25);
    }
    expect([rejected.code, rejected.stderr]).toEqual([0, words]);
    const failed = await runCommandLine("rejected", ["--failed"], { environment: running });
    expect([failed.code, failed.stderr]).toEqual([2, expect.stringContaining("workers give no batch up")]);
  });

  test("ends its workers when it is asked to end, and with exit code 0", async () => {
    const health = ["fetcher", "aggregator", "broadcaster"].map(healthOf);
    command.child.kill("SIGINT");
    expect((await command.ended).code).toBe(ENDED);
    for (const url of health) await expect(fetch(`${url}/healthz`)).rejects.toThrow("fetch failed");
  });
});

test("npm run start:kafka refuses what it cannot do in one sentence", async () => {
  const { KAFKA_BROKERS } = freshNames();
  const without = { KAFKA_BROKERS: "", CASSANDRA_CONTACT_POINTS: "" };
  const nothing = { ...without, PATH: "/nowhere" };
  const cases = [
    [["--engines", "spark"], without, "--engines must be running, docker, jars", 2],
    [["--engines", "running"], without, "must be named by KAFKA_BROKERS and CASSANDRA_CONTACT_POINTS", 2],
    [[], { ...without, KAFKA_BROKERS: KAFKA_BROKERS! }, "was without CASSANDRA_CONTACT_POINTS", 2],
    [[], nothing, "Kafka and Cassandra must come from somewhere", 1],
  ] as const;
  for (const [args, environment, words, code] of cases) {
    const ended = await runCommandLine("start-kafka", args, { environment });
    expect(ended.stderr).toContain(words);
    expect([ended.code, ended.stderr.trimEnd().split("\n").length]).toEqual([code, 1]);
  }
});
