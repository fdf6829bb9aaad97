import { expect, test } from "vitest";
import { runCommandLine, startCommand } from "#test/command.ts";
import { readArguments } from "./command.ts";

const options = {
  "idle-close": { type: "string" },
  shard: { type: "string", multiple: true },
  verbose: { type: "boolean" },
} as const;

test.each([
  [
    ["--idle-close", "--verbose"],
    "--idle-close must have a value behind it, like --idle-close=…, was followed by a flag",
  ],
  [["--idle-close"], "option '--idle-close <value>' argument missing"],
  [["--idle"], "unknown option '--idle'"],
  [["--idle-close", "1", "--idle-close=2"], "--idle-close must be given once, was given 2 times"],
])("a wrong use is told in one line: %j", (argv, problem) => {
  const message = `${problem}; --help says what there is`;
  expect(() => readArguments(argv, options)).toThrow(expect.objectContaining({ code: "TAPE_USAGE", message }));
});

test.each([[["--idle-close=-1"]], [["--idle-close", "-1"]]])("a value may begin with a dash: %j", (argv) => {
  expect(readArguments(argv, options).text("idle-close")).toBe("-1");
});

test("a flag may be given again that may repeat, or that has no value", () => {
  const args = readArguments(["--shard", "a", "--verbose", "--shard", "-1", "--verbose"], options);
  expect([args.texts("shard"), args.isSet("verbose")]).toEqual([["a", "-1"], true]);
});

test("flags that npm kept to itself are told, before what is missing without them", async () => {
  const environment = { npm_config_symbol: "true", npm_lifecycle_event: "bars" };
  expect(await runCommandLine("bars", ["SPY"], { environment })).toEqual({
    code: 2,
    stdout: "",
    stderr:
      'only flags are known, was given "SPY"; npm takes flags behind --: npm run bars -- --symbol SPY; ' +
      "--help says what there is [TAPE_USAGE]\n",
  });
});

test.each([[[]], [["--help"]], [["--rate", "0"]]])(
  "a command ends without a word when nobody reads: plan %j",
  async (argv) => {
    const { child, ended } = startCommand("plan", argv);
    if (argv[0] === "--rate") child.stderr!.destroy();
    else child.stdout!.destroy();
    const { code, stdout, stderr } = await ended;
    expect([code, stdout, stderr]).toEqual([141, "", ""]);
  },
);
