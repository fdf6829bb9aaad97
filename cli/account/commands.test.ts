import { expect, test } from "vitest";
import { runCommandLine } from "#test/command.ts";

/** No credentials and no region anywhere, and nobody to ask for some. */
const NOTHING = {
  HOME: "/nonexistent",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_REGION: "",
  AWS_DEFAULT_REGION: "",
  AWS_PROFILE: "",
  AWS_ACCESS_KEY_ID: "",
  AWS_SECRET_ACCESS_KEY: "",
  AWS_CONFIG_FILE: "",
  AWS_SHARED_CREDENTIALS_FILE: "",
  AWS_WEB_IDENTITY_TOKEN_FILE: "",
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "",
  AWS_CONTAINER_CREDENTIALS_FULL_URI: "",
};

test.each(["deploy", "pause", "resume", "destroy"])("%s --help says what it does and takes", async (name) => {
  const { code, stdout, stderr } = await runCommandLine(name, ["--help"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(new RegExp(`^[A-Z][^]+\n\nUsage: npm run ${name}[^]+--help +shows this\n`));
});

test("resume ends with one sentence where there is no region", async () => {
  const { code, stdout, stderr } = await runCommandLine("resume", [], { environment: NOTHING });
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(
    "a region must be named, was not: set AWS_REGION, like us-east-1 (docs/deployment.md has what it takes) [TAPE_ACCOUNT_UNAVAILABLE]\n",
  );
});

test("rejected ends with the same sentence where tables of AWS are named", async () => {
  const names = ["rejected-table", "checkpoints-table", "leases-table", "ticks-stream"].flatMap((flag) => [
    `--${flag}`,
    "a",
  ]);
  const { code, stdout, stderr } = await runCommandLine("rejected", names, { environment: NOTHING });
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^a region must be named, was not: [^\n]+ \[TAPE_ACCOUNT_UNAVAILABLE\]\n$/);
});

test("deploy ends with one sentence where there are no credentials, before it builds anything", async () => {
  const environment = { ...NOTHING, AWS_REGION: "eu-central-1" };
  const { code, stdout, stderr } = await runCommandLine("deploy", [], { environment });
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(
    /^AWS credentials must be found, were not: sign in, or set AWS_PROFILE; [^\n]+ \[TAPE_ACCOUNT_UNAVAILABLE\]\n$/,
  );
});

test("e2e:aws ends with one sentence where there is no region, before it builds anything", async () => {
  const { code, stdout, stderr } = await runCommandLine("e2e", ["--target", "aws", "--yes"], { environment: NOTHING });
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^a region must be named, was not: [^\n]+ \[TAPE_ACCOUNT_UNAVAILABLE\]\n$/);
});

test.each([
  ["deploy", ["--method", "fast"], '--method must be change-set or direct, was "fast"'],
  ["destroy", ["--yes"], "--yes must come with --keep-data or --delete-data"],
])("%s rejects %j before it asks anybody", async (name, args, message) => {
  const { code, stdout, stderr } = await runCommandLine(name, args, { environment: NOTHING });
  expect([code, stdout, stderr]).toEqual([2, "", `${message}; --help says what there is [TAPE_USAGE]\n`]);
});
