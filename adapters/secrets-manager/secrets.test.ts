import { GetSecretValueCommand, RotateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createTicketKey } from "#adapters/node/ticket-key.ts";
import { KEYS_MAX_AGE_MS } from "#core/tickets/keys.ts";
import { epochMs } from "#core/units.ts";
import { createRotation, type RotationEvent } from "#lambdas/authorizer/rotation.ts";
import { createApplication } from "#local/application.ts";
import { openSecretsManager, type SecretsManager } from "#local/secrets-manager.ts";
import { createSocketPorts } from "#test/socket-stage.ts";
import { openRotatingSecret } from "./rotating-secret.ts";
import { openSecretTicketKeys } from "./ticket-keys.ts";

let manager: SecretsManager;
let client: SecretsManagerClient;
let values: string[];
let asked: number;

const SECRET = "App-Secret";
const rotationArn = "arn:aws:lambda:us-east-1:123456789012:function:rotation";
const template = {
  Resources: {
    Secret: { Type: "AWS::SecretsManager::Secret", Properties: { GenerateSecretString: { PasswordLength: 64 } } },
    Schedule: {
      Type: "AWS::SecretsManager::RotationSchedule",
      Properties: { SecretId: { Ref: "Secret" }, RotationLambdaARN: rotationArn },
    },
  },
};

beforeEach(async () => {
  manager = await openSecretsManager();
  manager.provide(createApplication([{ name: "App", template, assetFolders: new Map() }]));
  client = new SecretsManagerClient({
    endpoint: manager.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  asked = 0;
  client.middlewareStack.add((next) => (args) => (asked++, next(args)), { step: "initialize" });
  values = ["made first", "made second", "made third"];
  const rotate = createRotation({
    secrets: openRotatingSecret(client),
    log: createSocketPorts().log,
    newSecret: () => values.shift()!,
  });
  // each step comes twice, as it may
  manager.rotateBy(async (_, event) => {
    await rotate(event as RotationEvent);
    await rotate(event as RotationEvent);
  });
});

afterEach(async () => {
  client.destroy();
  await manager[Symbol.asyncDispose]();
});

const rotate = () => client.send(new RotateSecretCommand({ SecretId: SECRET }));
const currentText = async () => (await client.send(new GetSecretValueCommand({ SecretId: SECRET }))).SecretString!;
const sealsOf = (...secrets: readonly string[]) => secrets.map((secret) => createTicketKey(secret).sealOf("text"));

describe("the keys of a secret", () => {
  test("are its current version, and the one before once it was rotated", async () => {
    const clock = createManualClock(epochMs(0));
    const keys = () => openSecretTicketKeys({ secret: SECRET, clock, client }).versions();
    const first = await currentText();
    const seals = async () => (await keys()).map(({ key }) => key.sealOf("text"));
    expect(await seals()).toEqual(sealsOf(first));
    await rotate();
    expect(await seals()).toEqual(sealsOf("made first", first));
    await rotate();
    expect(await seals()).toEqual(sealsOf("made second", "made first"));
  });

  test("are read once for many who ask, and again when they are old", async () => {
    const clock = createManualClock(epochMs(0));
    const keys = openSecretTicketKeys({ secret: SECRET, clock, client });
    await Promise.all(Array.from({ length: 10 }, () => keys.versions()));
    await clock.advance(KEYS_MAX_AGE_MS - 1);
    await keys.versions();
    expect(asked).toBe(2);
    await rotate();
    asked = 0;
    await clock.advance(1);
    expect((await keys.versions()).length).toBe(2);
    expect(asked).toBe(2);
  });

  test("go on while the secret cannot be read, and are missed when it never could", async () => {
    const clock = createManualClock(epochMs(0));
    const keys = openSecretTicketKeys({ secret: SECRET, clock, client });
    const before = await keys.versions();
    await manager[Symbol.asyncDispose]();
    await clock.advance(KEYS_MAX_AGE_MS);
    expect(await keys.versions()).toBe(before);
    await expect(openSecretTicketKeys({ secret: SECRET, clock, client }).versions()).rejects.toMatchObject({
      code: "TAPE_SECRET_UNAVAILABLE",
      isRetryable: true,
    });
  });
});
