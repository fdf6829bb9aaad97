import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommandLine, startCommand, type Ended } from "./command.ts";
import { oracleRows, type OracleTrade } from "#oracle/oracle.ts";
import { readOracleTrades } from "#oracle/read-trades.ts";

const EXCERPT = join(import.meta.dirname, "../data/trades-2013-10-07-0930.csv.gz");
const HEADER = "symbol,interval,start,end,trades,open,high,low,close,volume,mean,vwap,open_time,close_time";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "replay-test-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const write = async (name: string, content: string | Uint8Array): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
};

describe.each([1, 4])("a replay of an hour of real trades over %i shards", (shards) => {
  test("ends with every bar equal to the oracle", { timeout: 120_000 }, async () => {
    const out = join(folder, `out-${shards}.csv`);
    const intervals = ["10s", "1m", "5m"];
    const flags = ["--speed", "max", "--shards", String(shards), "--export", out];
    const { code, stdout } = await runCommandLine("replay", [
      EXCERPT,
      ...flags,
      ...intervals.flatMap((text) => ["--interval", text]),
      "--sliding",
      "1m/10s",
    ]);
    expect(code, stdout).toBe(0);
    const [header, ...rows] = (await readFile(out, "utf8")).trimEnd().split("\n");
    const trades = readOracleTrades(EXCERPT);
    expect(trades).toHaveLength(102_362);
    expect(header).toBe(HEADER);
    expect(rows).toEqual(oracleRows(trades, [...intervals, "1m/10s"]));
    expect(stdout).toMatch(/folded +102,362 trades in [\d.]+ s, [\d,]+ a second/);
    expect(stdout).toMatch(/duplicates +0/);
    expect(stdout).toMatch(/rejected +0/);
  });
});

describe("a replay of a file of one's own", () => {
  test("that is ended before its time leaves nothing behind", { timeout: 60_000 }, async () => {
    const temporary = join(folder, "temporary");
    await mkdir(temporary);
    const replay = startCommand("replay", [EXCERPT, "--speed", "1"], { environment: { TMPDIR: temporary } });
    while (!(await readdir(temporary)).some((name) => name.startsWith("local-cloud-"))) await delay(50);
    replay.child.kill("SIGINT");
    expect((await replay.ended).code).toBe(130);
    expect(await readdir(temporary)).toEqual([]);
  });

  test("with a trade of the future sets that one aside and says so", { timeout: 60_000 }, async () => {
    const rows = ["Time,Symbol,Price,Size", "1700000000000,A,1,1", `${Date.now() + 3_600_000},A,1,1`];
    const { code, stdout } = await runCommandLine("replay", [await write("future.csv", rows.join("\n"))]);
    expect(code, stdout).toBe(0);
    expect(stdout).toContain("rejected    1\n  1 of the future: their times are ahead of the clock\n");
  });

  const own: OracleTrade[] = [
    { symbol: "BRK A", price: "123456.78901234", size: "0.5", time: 1_700_000_000_123, sequence: 1 },
    { symbol: "BRK A", price: "123456.7", size: "12", time: 1_700_000_000_123, sequence: 2 },
    { symbol: "X,Y", price: "1", size: "1", time: 1_700_000_059_999, sequence: 6 },
    { symbol: "BRK A", price: "99999", size: "3", time: 1_699_999_999_999, sequence: 7 },
  ];
  const line = ({ symbol, price, size, time }: OracleTrade): string => `${size},${price},${symbol},${time}`;

  test(
    "sets rows aside that are no trade, says which, and goes on; bars and --stay read them",
    { timeout: 90_000 },
    async () => {
      const [first, second, , last] = own.map(line);
      const rows = [
        "size,price,symbol,time",
        first,
        second,
        "1,0,BRK A,1700000000000",
        "1,abc,BRK A,1700000000000",
        "1,def,BRK A,1700000000000",
        "oops",
        "",
        last,
      ];
      const file = await write("own.csv", `${rows.join("\r\n")}\r\n`);
      const options = { environment: { TAPESTREAM_RUNNING: join(folder, "running") } };
      const sliding = ["--sliding", "10s/5s", "--sliding", "3s/1s"];
      const replay = startCommand("replay", [file, "--stay", "--interval", "1h", ...sliding], options);
      await replay.said("the store runs on");
      const read = (symbol: string, interval: string, ...flags: string[]): Promise<Ended> =>
        runCommandLine("bars", ["--symbol", symbol, "--interval", interval, ...flags], options);
      const bars = await read("BRK A", "1m", "--from", "2023-11-14", "--to", "2023-11-15");
      const windows = ["10s/5s", "3s/1s"];
      const averages = await Promise.all(
        windows.map((window) => runCommandLine("bars", ["--symbol", "BRK A", "--sliding", window], options)),
      );
      const json = await read("BRK A", "5m", "--format", "json");
      const none = await read("NONE", "5m");
      const empty = await read("BRK A", "5m", "--from", "2022-11-14", "--to", "2022-11-15");
      const early = await read("BRK A", "5m", "--from", "2030-01-01");
      const other = startCommand("start", ["--headless", "--port", "0", "--idle-close", "120"], options);
      await other.said("Ctrl-C ends it");
      const newest = await read("NONE", "5m");
      const chosen = await read("BRK A", "5m", "--store", String(replay.child.pid));
      const unknown = await read("BRK A", "5m", "--store", "1");
      other.child.kill("SIGINT");
      expect((await other.ended).code).toBe(0);
      const startedAt = performance.now();
      replay.child.kill("SIGINT");
      const { code, stdout } = await replay.ended;
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      expect(code).toBe(0);
      expect(stdout).toContain(
        "rejected    4\n" +
          '  line 4: the price must be greater than 0, was "0"\n' +
          '  line 5: the price must be a decimal number like 182.31, was "abc" (and 1 more line)\n' +
          '  line 7: a line must have 4 fields, as the header has, was "oops"\n',
      );
      const trades = own.filter(({ symbol }) => symbol === "BRK A");
      expect(bars.stdout).toBe([HEADER, ...oracleRows(trades, ["1m"])].map((row) => `${row}\n`).join(""));
      const slidingRows = windows.map((window) => [HEADER, ...oracleRows(trades, [window])]);
      expect(averages.map((ended) => ended.stdout.trimEnd().split("\n"))).toEqual(slidingRows);
      expect((JSON.parse(json.stdout) as { trades: number }[]).map(({ trades: count }) => count)).toEqual([3]);
      expect(none).toEqual({
        code: 1,
        stdout: "",
        stderr: "the store has no symbol NONE; it has BRK A [TAPE_DATA_UNAVAILABLE]\n",
      });
      expect(empty).toEqual({ code: 0, stdout: `${HEADER}\n`, stderr: "no bars of BRK A start in that span\n" });
      expect([early.code, early.stderr]).toEqual([
        2,
        "--from must be before the newest trade (2023-11-14T22:13:20.123Z), or come with --to; --help says what there is [TAPE_USAGE]\n",
      ]);
      const [mine, its] = [
        `--store ${replay.child.pid} (npm run replay -- ${file} --stay)`,
        `process ${other.child.pid} `,
      ];
      expect(newest.stderr).toContain(`reads the store of ${its}(npm start, ws://localhost:`);
      expect(newest.stderr).toContain(`, not ${mine}\n`);
      expect(chosen.stdout.split("\n")).toHaveLength(3);
      expect(chosen.stderr).toMatch(new RegExp(`^reads the store of process ${replay.child.pid} .* not --store`));
      expect([unknown.code, unknown.stderr]).toEqual([
        2,
        `--store must be a process whose store runs (${other.child.pid}, ${replay.child.pid}), was 1; --help says what there is [TAPE_USAGE]\n`,
      ]);
    },
  );

  test("refuses what it cannot do in one sentence, and does nothing", { timeout: 60_000 }, async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const good = await write("good.csv", `size,price,symbol,time\n${own.map(line)[0]}\n`);
    const cases: [readonly string[], RegExp][] = [
      [[], /^a file of trades must be named, .* \[TAPE_USAGE\]$/],
      [[good, "other.csv"], /^one file must be named, was followed by "other.csv"/],
      [[join(folder, "missing.csv")], /^there is no file .*missing.csv \[TAPE_FILE_UNREADABLE\]$/],
      [[folder], /is a folder, not a CSV/],
      [[await write("empty.csv", "")], /must begin with a header line/],
      [
        [await write("header.csv", "time,symbol\n")],
        /the header of .* must have the columns .*; lacks price and size; has time, symbol/,
      ],
      [
        [await write("none.csv", "time,symbol,price,size\nx,y,z,0\n")],
        /must hold at least one trade, holds none \(line 2: the time must be .*, was "x"\)/,
      ],
      [
        [await write("seconds.csv", "time,symbol,price,size\n1381152600,A,1,1\n")],
        /has seconds by the look of them: 1381152600 is 2013-10-07 in seconds.*; multiply them by 1000/,
      ],
      [
        [await write("cut.csv.gz", gzipSync("time,symbol,price,size\n".repeat(99)).subarray(0, 30))],
        /its gzip data ends too early/,
      ],
      [[good, "--speed", "fast"], /^--speed must be "max" or a positive number, was "fast"/],
      [[good, "--speed"], /--speed/],
      [[good, "--shards", "0"], /^--shards must be a whole number from 1 to 64, was "0"/],
      [[good, "--idle-close", "121"], /^--idle-close must be a whole number from 1 to 120, was "121"/],
      [
        [good, "--sliding", "10s/3s"],
        /^--sliding must have a step that divides its length, as 10s\/5s has, was "10s\/3s"/,
      ],
      [[good, "--colour"], /'--colour'/],
      [["missing.csv", "--interval", "often"], /^--interval must be like 10s, 5m, 1h or 1d, was "often"/],
      [["missing.csv", "--port", String(port)], /port .* \[TAPE_PORT_IN_USE\]$/],
      [
        [good, "--export", join(folder, "no/such/folder.csv")],
        /^--export must name a file in a folder that can be written to/,
      ],
      [[good, "--export", folder], /^--export must name a file, was the folder/],
      [[good, "--interval", "7s"], /^--interval must be a multiple of a stored interval \(10s, 1m\), was 7s/],
      [[good, "--port", String(port)], /port .* \[TAPE_PORT_IN_USE\]$/],
    ];
    const results = await inTurns(cases, async ([args]) => runCommandLine("replay", args));
    taken.close();
    results.forEach(({ code, stderr }, index) => {
      const [args, sentence] = cases[index]!;
      expect(stderr.trimEnd(), args.join(" ")).toMatch(sentence);
      expect(stderr.trimEnd().split("\n"), args.join(" ")).toHaveLength(1);
      expect(code).toBeGreaterThan(0);
    });
  });
});

/** Runs the work two at a time. */
const inTurns = async <Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += 2) results.push(...(await Promise.all(items.slice(at, at + 2).map(work))));
  return results;
};
