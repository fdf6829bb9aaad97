import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DEFAULT_LOAD } from "#core/plan/load.ts";
import { planOf, type Plan } from "#core/plan/plan.ts";
import { runCommandLine } from "#test/command.ts";
import { REPORT_WIDTH, reportOf } from "./plan-report.ts";

test("plan prints capacity, then the bill, then the alternatives", async () => {
  const { code, stdout, stderr } = await runCommandLine("plan", [
    "--rate",
    "200000",
    "--symbols",
    "500",
    "--hours",
    "136.5",
  ]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(
    /CAPACITY\nticks stream +2 shards\n[^]*\nA MONTH, trades in 136.5 hours of it\n[^]*\ntotal +\$[\d,.]+\n/,
  );
  expect(stdout).toMatch(/\none record per trade: 200 Kinesis shards[^]*\nMSK Express \+ Flink/);
  expect(stdout).toMatch(/^  state of a shard +[\d,]+ of 960,000 bytes as base64: [\d,]+ panes$/m);
  expect(stdout).toContain("calculator.aws");
});

test("plan --json gives the same as one object", async () => {
  const { code, stdout } = await runCommandLine("plan", [
    "--symbols",
    "30",
    "--viewers",
    "2",
    "--interval",
    "1m:30d,5m",
    "--json",
  ]);
  expect(code).toBe(0);
  const intervals = [
    { intervalMs: 60_000, keepMs: 30 * 86_400_000 },
    { intervalMs: 300_000, keepMs: 400 * 86_400_000 },
  ];
  const load = { ...DEFAULT_LOAD, symbolCount: 30, viewerCount: 2, symbolsPerViewer: 20, intervals };
  expect(JSON.parse(stdout)).toMatchObject({ load, prices: { region: "us-east-1" } });
});

test.each([
  DEFAULT_LOAD,
  {
    ...DEFAULT_LOAD,
    tradesPerSecond: 1_000_000,
    symbolCount: 50_000,
    viewerCount: 5_000,
    symbolsPerViewer: 100,
  },
  { ...DEFAULT_LOAD, arrivalWindowSeconds: 0, hoursPerMonth: 0.1, viewerCount: 0 },
])("the report fits a terminal: %#", (load) => {
  expect(reportOf(planOf(load)).filter((line) => line.length > REPORT_WIDTH)).toEqual([]);
});

test("plan --help says what there is", async () => {
  const { code, stdout } = await runCommandLine("plan", ["--help"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/Usage: npm run plan[^]*Examples:/);
});

test.each([
  [["--rate", "0"], '--rate must be a whole number from 1 to 100000000, was "0"'],
  [["--rate", "2e5"], '--rate must be a whole number from 1 to 100000000, was "2e5"'],
  [["--symbols-per-viewer", "5"], '--symbols-per-viewer must be a whole number from 1 to 4, was "5"'],
  [["--hours", "731"], '--hours must be a number above 0 and up to 730, was "731"'],
  [["--interval", "1m,60s"], "--interval must name each interval once, was 1m twice"],
  [["--interval", "1x"], '--interval must be like 10s, 5m, 1h or 1d, was "1x"'],
  [["--interval", "1m:30"], '--interval must say how long it is kept in days, like 1m:30d, was "30"'],
  [["--interval", "7d:1d"], '--interval must be kept at least for its own length, was "7d:1d"'],
  [["--arrival-window", "901"], '--arrival-window must be a whole number from 0 to 900, was "901"'],
  [["200000"], 'only flags are known, was given "200000"'],
])("plan rejects %j", async (argv, message) => {
  const { code, stdout, stderr } = await runCommandLine("plan", argv);
  expect([code, stdout, stderr]).toEqual([2, "", `${message}; --help says what there is [TAPE_USAGE]\n`]);
});

describe("the README", async () => {
  const readme = await readFile(join(import.meta.dirname, "../README.md"), "utf8");
  const section = readme.slice(readme.indexOf("\n## What a month costs"));
  /** The flags that the text under the table gives a load that bears this mark. */
  const flagsOf = (mark: string): readonly string[] =>
    mark === "" ? [] : section.split(`${mark} \`npm run plan -- `)[1]!.split("`")[0]!.split(" ");
  const planned = async (mark: string) => {
    const { code, stdout } = await runCommandLine("plan", [...flagsOf(mark), "--json"]);
    expect(code).toBe(0);
    return JSON.parse(stdout) as Plan;
  };
  const rowWith = (words: string): readonly string[] =>
    section
      .split("\n")
      .find((line) => line.startsWith("| ") && line.includes(words))!
      .split("|")
      .map((cell) => cell.trim());
  const dollars = (amount: number): string =>
    amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  test("says what the default stack costs paused, idle and at work", async () => {
    const { paused, idle, bill } = await planned("");
    expect(rowWith("paused")[2]).toBe(dollars(paused.totalDollars));
    expect(rowWith("nothing trades")[2]).toBe(dollars(idle.totalDollars));
    expect(rowWith("(`npm run plan`)")[2]).toBe(dollars(bill.totalDollars));
  });

  test.each(["(a)", "(b)"])("says what load %s costs, and its largest lines", async (mark) => {
    const { bill } = await planned(mark);
    const [, , total, largest] = rowWith(mark);
    expect(total).toBe(dollars(bill.totalDollars));
    const said = [...largest!.matchAll(/[\d,]+\.\d\d/g)].map(([amount]) => amount);
    const most = bill.lines.map((line) => line.dollars).toSorted((a, b) => b - a);
    expect(said).toEqual(most.slice(0, said.length).map(dollars));
  });

  test("shows lines that the plan for 200,000 trades a second prints", async () => {
    const shown = readme.split("npm run plan -- --rate 200000 --symbols 500\n```\n")[1]!.split("```")[1]!;
    const { stdout } = await runCommandLine("plan", ["--rate", "200000", "--symbols", "500"]);
    const lines = shown.split("\n").filter((line) => line.trim() !== "" && line !== "…");
    expect(lines.length).toBeGreaterThan(8);
    expect(lines.filter((line) => !stdout.split("\n").includes(line))).toEqual([]);
  });
});
