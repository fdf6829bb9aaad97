import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FAULT_KINDS } from "#local/misbehaviour/fault-kind.ts";
import type { ChaosOutcome } from "../cli/chaos/outcome.ts";
import { runCommandLine, startCommand } from "./command.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chaos-test-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A file of so many trades, one each second. */
const write = async (name: string, trades: number): Promise<string> => {
  const file = join(folder, name);
  const rows = Array.from(
    { length: trades },
    (_, i) => `${1_381_152_600_000 + i * 1_000},IBM,${180 + (i % 7) / 4},100`,
  );
  await writeFile(file, ["time,symbol,price,size", ...rows].join("\n"));
  return file;
};

interface Report extends ChaosOutcome {
  readonly isEqual: boolean;
  readonly problems: readonly string[];
}

describe("npm run chaos", { concurrent: true }, () => {
  test(
    "ends with every bar of store and client equal, whatever goes wrong, and says what did",
    { timeout: 180_000 },
    async () => {
      const out = join(folder, "out.json");
      const flags = ["--seed", "7", "--for", "12", "--speed", "75", "--report", out];
      const { code, stdout, stderr } = await runCommandLine("chaos", flags);
      expect(code, stdout + stderr).toBe(0);
      const report = JSON.parse(await readFile(out, "utf8")) as Report;
      expect(report).toMatchObject({ isEqual: true, problems: [] });
      expect(report.faults.map(({ kind }) => kind)).toEqual(FAULT_KINDS);
      for (const { kind, askedFor, injected } of report.faults) expect(injected, kind).toBe(askedFor);
      expect(report.store.compared).toBeGreaterThan(300);
      expect(report.client.compared).toBeGreaterThan(report.store.compared);
      expect(report.client.sockets).toBeGreaterThan(2);
      expect(report.trades.folded).toBe(report.trades.sent);
      for (const count of [report.trades.duplicates, report.trades.late, report.correctedBars, report.rejected.kept])
        expect(count).toBeGreaterThan(0);
      expect(stdout).toMatch(/bars in the store +[\d,]+ of [\d,]+ compared, 0 unequal/);
      expect(stdout).toContain("again: npm run chaos -- --seed 7 --for 12 --speed 75\n");
    },
  );

  test("fails when a fault that was asked for finds no occasion", { timeout: 120_000 }, async () => {
    // of a seed that three divide, the stream has one shard, and there is nothing to merge
    const file = await write("short.csv", 40);
    const flags = ["--seed", "3", "--for", "1", "--faults", "merge-shards", "--file", file];
    const { code, stdout } = await runCommandLine("chaos", flags);
    expect(code, stdout).toBe(1);
    expect(stdout).toContain("WRONG: the fault merge-shards must be injected 1 times, was 0");
    expect(stdout).toContain("0 unequal");
  });

  test("ends within five seconds when it is told to", { timeout: 120_000 }, async () => {
    const running = startCommand("chaos", ["--for", "60"]);
    await running.said("npm run chaos -- --seed ");
    await delay(10_000);
    const toldAt = performance.now();
    running.child.kill("SIGINT");
    expect((await running.ended).code).toBe(130);
    expect(performance.now() - toldAt).toBeLessThan(5_000);
  });

  test.each([
    [["--seed", "x"], "--seed must be a whole number from 0 to 999999999"],
    [
      ["--faults", "redeliver,nonsense"],
      '--faults must name faults that --help lists, parted by commas, had "nonsense"',
    ],
    [["--for", "0"], "--for must be a whole number from 1 to 86400"],
    [["--source", "sim", "--file", "x.csv"], "--file goes with a replay, --source was sim"],
  ])("rejects wrong flags in a sentence: %j", async (flags, sentence) => {
    const { code, stderr } = await runCommandLine("chaos", flags);
    expect([code, stderr.split("\n").length]).toEqual([2, 2]);
    expect(stderr).toContain(sentence);
  });
});
