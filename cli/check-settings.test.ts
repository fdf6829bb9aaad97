import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommandLine } from "#test/command.ts";

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "check-settings-test-"));
});

afterAll(() => rm(home, { recursive: true, force: true }));

const SHARDS = 'shards must be auto or a whole number from 1 to 20000, was "x"';
const UNKNOWN = 'there is no setting "shrads"; did you mean shards? docs/configuration.md lists all';
const STATE = /^the state of an arrival window must fit \d+ bytes [^\n]+$/;
const FORM = '--context must be like shards=4, was "shards"; --help says what there is';
const STAGE =
  '--stage must be empty, or a letter and up to 19 more letters, digits and hyphens, was "1st"; --help says what there is';

const engine = (key: string, must: string, was: string): string =>
  `${key} must be ${must} here, as the stand-in for AWS has no ${was}: add -c ${key}=${must}; --help says what there is`;

test.each([
  ["synth", ["-c", "shards=x"], SHARDS],
  ["synth", ["-c", "shards=1", "-c", "symbolCount=90000"], STATE],
  ["deploy", ["--stage", "Test", "-c", "shrads=4"], UNKNOWN],
  ["deploy", ["--stage", "1st"], STAGE],
  ["verify-deploy", ["-c", "shards=4", "-c", "shrads=4"], UNKNOWN],
  ["verify-deploy", ["-c", "shards"], FORM],
  ["verify-deploy", ["-c", "stream=msk", "-c", "arrivalWindowSeconds=0"], engine("stream", "kinesis", "msk")],
  ["verify-deploy", ["-c", "store=keyspaces"], engine("store", "dynamodb", "keyspaces")],
])("%s rejects %j with one sentence before it does anything", async (name, args, sentence) => {
  // Where it asked for credentials, a Python or a bundle first, it would say that none is there.
  const environment = { HOME: home, TMPDIR: home, PYTHON: join(home, "none"), AWS_REGION: "", AWS_DEFAULT_REGION: "" };
  const { code, stdout, stderr } = await runCommandLine(name, args, { environment });
  expect([code, stdout]).toEqual([2, ""]);
  const [said, ...more] = stderr.split(" [TAPE_USAGE]\n");
  expect(said).toEqual(typeof sentence === "string" ? sentence : expect.stringMatching(sentence));
  expect(more).toEqual([""]);
  expect(await readdir(home)).toEqual([]);
});
