import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommandLine, startCommand } from "./command.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "commands-test-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const write = async (name: string, content: string | Uint8Array): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
};

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

test("bars is not led to Cassandra by brokers alone", async () => {
  const environment = { TAPESTREAM_RUNNING: join(folder, "none"), KAFKA_BROKERS: "127.0.0.1:9" };
  const { code, stderr } = await runCommandLine("bars", ["--symbol", "IBM", "--interval", "1m"], { environment });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^a store must be running, none was found/)]);
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
