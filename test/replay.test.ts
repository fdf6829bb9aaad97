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
      expect([none.code, none.stderr]).toEqual([0, "no bars of NONE start in that span\n"]);
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
      [
        [join(folder, "missing.csv")],
        /^the file .*missing.csv must be readable to its end, there is no such file \[TAPE_FILE_UNREADABLE\]$/,
      ],
      [[folder], /must be readable to its end, it is a folder/],
      [[await write("empty.csv", "")], /must begin with a header line/],
      [[await write("header.csv", "time,symbol\n")], /must have a header with the columns .*, lacks price and size/],
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

test("bars says so when no store runs, and what is wrong with a flag", async () => {
  const cases: [readonly string[], string][] = [
    [["--interval", "1m"], "--symbol must name a symbol, like --symbol IBM; --help says what there is [TAPE_USAGE]"],
    [
      ["--symbol", "IBM", "--interval", "1m", "--sliding", "10s/5s"],
      "--interval and --sliding exclude each other; --help says what there is [TAPE_USAGE]",
    ],
    [["--symbol", "IBM"], "--interval must be given, like --interval 1m; --help says what there is [TAPE_USAGE]"],
    [
      ["--symbol", "IBM", "--interval", "1m", "--format", "xml"],
      '--format must be csv or json, was "xml"; --help says what there is [TAPE_USAGE]',
    ],
  ];
  for (const [args, sentence] of cases) {
    expect(await runCommandLine("bars", args)).toEqual({ code: 2, stdout: "", stderr: `${sentence}\n` });
  }
});

// One of the two waits for ten seconds in which the other can work.
test.concurrent(
  "bars says that a store is empty so far, after waiting for its first trades",
  { timeout: 120_000 },
  async () => {
    const options = { environment: { TAPESTREAM_RUNNING: join(folder, "empty") } };
    const file = await write("later.csv", `time,symbol,price,size\n${Date.now() - 1_000},A,1,1\n`);
    const flags = ["--headless", "--port", "0", "--idle-close", "120", "--speed", "max", "--file", file];
    const server = startCommand("start", flags, options);
    await server.said("Ctrl-C ends it");
    const { code, stdout, stderr } = await runCommandLine("bars", ["--symbol", "A", "--interval", "1m"], options);
    server.child.kill("SIGINT");
    await server.ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^the store runs and is empty so far, waits for its first trades\n/);
    expect(stderr).toMatch(
      /the store must hold a trade, runs and holds none after 10 s: .* \[TAPE_STORE_UNAVAILABLE\]\n$/,
    );
  },
);

test.concurrent(
  "start keeps a folder of data to itself, and takes it over from a run that was killed",
  { timeout: 120_000 },
  async () => {
    const flags = ["--headless", "--port", "0", "--data", join(folder, "data")];
    const options = { environment: { TAPESTREAM_RUNNING: join(folder, "data-runs"), TMPDIR: folder } };
    const first = startCommand("start", flags, options);
    await first.said("Ctrl-C ends it");
    const second = await runCommandLine("start", flags, options);
    first.child.kill("SIGKILL");
    await first.ended;
    const third = await runCommandLine("start", [...flags, "--for", "1"], options);
    expect([second.code, second.stdout]).toEqual([1, ""]);
    expect(second.stderr).toBe(
      `--data must name a folder that no other run uses, process ${first.child.pid} uses ${join(folder, "data")} ` +
        "(so says its owner.pid) [TAPE_DATA_UNAVAILABLE]\n",
    );
    expect(third.code, third.stderr).toBe(0);
    expect(await readdir(join(folder, "data"))).not.toContain("owner.pid");
  },
);

test("start refuses a folder of data that it cannot write to", async () => {
  const data = join(await write("a-file", ""), "data");
  const { code, stdout, stderr } = await runCommandLine("start", ["--port", "0", "--data", data]);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^--data must name a folder that can be written to, .* \[TAPE_DATA_UNAVAILABLE\]\n$/);
});

test.each(["start", "replay", "bars", "rejected", "build", "synth"])("%s --help says what there is", async (name) => {
  const [help, unknown] = await Promise.all([runCommandLine(name, ["--help"]), runCommandLine(name, ["--colour"])]);
  expect([help.code, help.stderr]).toEqual([0, ""]);
  expect(help.stdout).toContain(`Usage: npm ${name === "start" ? name : `run ${name}`}`);
  expect([unknown.code, unknown.stdout]).toEqual([2, ""]);
  expect(unknown.stderr).toBe("unknown option '--colour'; --help says what there is [TAPE_USAGE]\n");
});

test("synth refuses a setting that is none", async () => {
  const { code, stderr } = await runCommandLine("synth", ["-c", "shards"]);
  expect([code, stderr]).toEqual([
    2,
    '--context must be like shards=4, was "shards"; --help says what there is [TAPE_USAGE]\n',
  ]);
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
