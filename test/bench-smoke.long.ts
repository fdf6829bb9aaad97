import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ratiosOf } from "../bench/cpu-rounds.ts";
import { figureOf, percentileOf } from "../bench/figure.ts";
import { BENCHMARKS, FIGURE_NAMES } from "../bench/registry.ts";
import type { Report } from "../bench/report.ts";
import { symbolsOf, SyntheticMarket } from "../bench/synthetic-market.ts";
import { tableRow } from "../bench/table.ts";
import { TradeAges } from "../bench/trade-ages.ts";
import { runCommandLine } from "./command.ts";

/** Those that need no pipeline at work; test/bench.long.ts has the others, test/bench.kafka.ts those between Kafka and Cassandra. */
const QUICK = ["handler", "core", "frame", "state", "fanout", "cold", "page", "dashboard"];
const title = { name: "a.b", case: "c", unit: "x" };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bench-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("npm run bench", () => {
  test(
    "gives each figure that is asked for, and each is a positive number but for what may shrink",
    { timeout: 120_000 },
    async () => {
      const file = join(folder, "report.json");
      const { code, stdout, stderr } = await runCommandLine("bench", [
        "--quick",
        `--only=${QUICK.join()}`,
        `--json=${file}`,
      ]);
      expect([code, stderr.includes("RangeError")]).toEqual([0, false]);
      const { results, ...origin } = JSON.parse(await readFile(file, "utf8")) as Report;
      expect(Object.keys(origin).toSorted()).toEqual(["commit", "date", "machine", "node"]);
      const wanted = FIGURE_NAMES.filter((name) => QUICK.some((prefix) => name.startsWith(prefix)));
      expect([...new Set(results.map(({ name }) => name))].toSorted()).toEqual(wanted.toSorted());
      // memory may shrink
      const positive = results.filter(({ name }) => name !== "dashboard.heap_growth_mb");
      for (const { min } of positive) expect(min).toBeGreaterThan(0);
      for (const { min, median, max } of results) {
        expect(median).toBeGreaterThanOrEqual(min);
        expect(max).toBeGreaterThanOrEqual(median);
      }
      expect(stdout.match(/^\| (handler|core|frame|state|fanout|cold|page|dashboard)\./gm)).toHaveLength(
        results.length,
      );
    },
  );

  test("compares with a report of before, where it has the same figure", async () => {
    const file = join(folder, "before.json");
    const results = [{ ...figureOf(title, [4]), name: "state.bytes" }];
    await writeFile(file, JSON.stringify({ results } satisfies Partial<Report>));
    const { code, stdout } = await runCommandLine("bench", ["--quick", "--only=state", `--compare=${file}`]);
    expect([code, stdout.includes("to compared")]).toEqual([0, true]);
  });

  test("rejects a name that no figure has", async () => {
    const { code, stderr } = await runCommandLine("bench", ["--only=handler,nope"]);
    expect([code, stderr]).toEqual([
      2,
      '--only must name figures, or what their names begin with, named "nope"; --help says what there is [TAPE_USAGE]\n',
    ]);
  });

  test("says in a sentence what a benchmark needs that this machine lacks", async () => {
    const without = { PATH: "/nowhere", KAFKA_BROKERS: "", CASSANDRA_CONTACT_POINTS: "" };
    const { code, stdout } = await runCommandLine("bench", ["--quick", "--only=kafka.lag"], { environment: without });
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining("left out kafka.lag_ms: Java must be 17 or later, was: no java on the PATH"),
    ]);
  });

  test("rejects a file to compare with that holds something else", async () => {
    const file = join(folder, "other.json");
    await writeFile(file, '{"results":[{}]}');
    const { code, stderr } = await runCommandLine("bench", [`--compare=${file}`]);
    expect([code, stderr]).toEqual([
      1,
      `--compare must name a file that --json wrote, was ${file} [TAPE_FILE_UNREADABLE]\n`,
    ]);
  });
});

test("every figure's name is given once", () => {
  expect(new Set(FIGURE_NAMES).size).toBe(BENCHMARKS.flatMap(({ names }) => names).length);
});

test("a figure is the middle, the least and the greatest of its samples", () => {
  expect(figureOf(title, [9, 1, 5])).toEqual({ ...title, median: 5, min: 1, max: 9 });
  expect(figureOf(title, [4, 1]).median).toBe(2.5);
  expect([percentileOf([10, 20, 30], 0.99), ratiosOf([6, 9], [2, 3])]).toEqual([29.8, [3, 3]]);
});

test("rejects a figure without samples, and one that is no number", () => {
  expect(() => figureOf(title, [])).toThrow("had 0");
  expect(() => figureOf(title, [Number.NaN])).toThrow("must have samples that are numbers");
});

test("a row says how many times the median is that of before", () => {
  expect(tableRow(figureOf(title, [12_345.6]), 6_172.8)).toMatch(/12,346 \| x .* x 2 \|$/);
});

test("trades that are shown together are as old as their own times say", () => {
  const ages = new TradeAges();
  ages.see(1_000, 1_500);
  ages.see(1_030, 1_600);
  ages.see(1_020, 1_700);
  expect([ages.take(), ages.take()]).toEqual([[570, 580, 590], []]);
});

test("a synthetic market is the same each time, its symbols distinct, its batches by symbol", () => {
  const setting = { symbolCount: 500, tradesPerSecond: 1_000, seed: 1 };
  const [batch, same] = [setting, setting].map((one) => new SyntheticMarket(one).take(100));
  expect(batch).toEqual(same);
  expect(new Set(symbolsOf(10_000)).size).toBe(10_000);
  const symbols = batch!.grouped.map(({ symbol }) => symbol);
  const changes = symbols.filter((symbol, i) => symbol !== symbols[i - 1]).length;
  expect(changes).toBe(new Set(symbols).size);
  expect(batch!.grouped.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
});
