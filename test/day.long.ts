import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommandLine } from "./command.ts";
import { oracleRows } from "#oracle/oracle.ts";
import { readOracleTrades } from "#oracle/read-trades.ts";

const DAY = join(import.meta.dirname, "data/trades-2013-10-07.csv.gz");
const INTERVALS = ["10s", "1m", "5m"];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "day-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([1, 4])(
  "a replay of a whole real day over %i shards ends with every bar equal to the oracle",
  { timeout: 600_000 },
  async (shards) => {
    const out = join(folder, `day-${shards}.csv`);
    const flags = [
      "--speed",
      "max",
      "--shards",
      String(shards),
      "--export",
      out,
      ...INTERVALS.flatMap((text) => ["--interval", text]),
    ];
    const { code, stdout } = await runCommandLine("replay", [DAY, ...flags]);
    expect(code, stdout).toBe(0);
    const trades = readOracleTrades(DAY);
    expect(trades).toHaveLength(388_417);
    const rows = (await readFile(out, "utf8")).trimEnd().split("\n").slice(1);
    expect(rows).toEqual(oracleRows(trades, INTERVALS));
    expect(stdout).toContain("folded      388,417 trades");
  },
);
