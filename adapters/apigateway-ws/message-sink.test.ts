import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { CREDENTIALS, ENVIRONMENT, openSinkStage, REGION } from "#test/sink-stage.ts";
import { openCredentials } from "./credentials.ts";
import { openMessageSink } from "./message-sink.ts";

test.each(["lean", "sdk"] as const)("posts through the %s client", async (socketClient) => {
  Object.assign(process.env, ENVIRONMENT);
  await using stage = await openSinkStage(
    (managementEndpoint) => openMessageSink({ socketClient, managementEndpoint, env: ENVIRONMENT, clock }),
    {},
  );
  expect(await stage.sink.post("a", "{}")).toBe("sent");
  expect(stage.posts).toEqual([{ connectionId: "a", message: "{}" }]);
});

test("rejects an environment without a region", async () => {
  const open = () =>
    openMessageSink({
      socketClient: "lean",
      managementEndpoint: "http://127.0.0.1:1/prod",
      env: {},
      clock,
    });
  expect(open).toThrow(
    expect.objectContaining({
      code: "TAPE_CONFIG_INVALID",
      message: "AWS_REGION must be set, was absent",
    }),
  );
});

test("credentials are those that the environment holds by then", async () => {
  const env: Record<string, string> = { ...ENVIRONMENT };
  const credentials = openCredentials(env);
  expect(await credentials()).toEqual(CREDENTIALS);
  Object.assign(env, { AWS_ACCESS_KEY_ID: "renewed", AWS_SESSION_TOKEN: "" });
  expect(await credentials()).toEqual({ ...CREDENTIALS, accessKeyId: "renewed", sessionToken: undefined });
});

test("credentials come from where the SDK finds them when the environment holds none", async () => {
  const folder = await mkdtemp(join(tmpdir(), "credentials-"));
  const file = join(folder, "credentials");
  await writeFile(file, "[default]\naws_access_key_id = filed\naws_secret_access_key = away\n");
  const kept = { ...process.env };
  for (const name of Object.keys(ENVIRONMENT)) delete process.env[name];
  Object.assign(process.env, { AWS_REGION: REGION, AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: file });
  try {
    expect(await openCredentials({})()).toMatchObject({ accessKeyId: "filed", secretAccessKey: "away" });
  } finally {
    process.env = kept;
    await rm(folder, { recursive: true });
  }
});
