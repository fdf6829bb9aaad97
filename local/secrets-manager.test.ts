import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createApplication } from "./application.ts";
import { openSecretsManager, type SecretsManager } from "./secrets-manager.ts";

const template = {
  Resources: {
    Key: { Type: "AWS::SecretsManager::Secret", Properties: { GenerateSecretString: { PasswordLength: 64 } } },
    Given: { Type: "AWS::SecretsManager::Secret", Properties: { Name: "given", SecretString: "as it stands" } },
    Turning: {
      Type: "AWS::SecretsManager::RotationSchedule",
      Properties: {
        SecretId: { Ref: "Key" },
        RotationLambdaARN: "arn:aws:lambda:us-east-1:123456789012:function:turn",
      },
    },
  },
};

let manager: SecretsManager;
let client: SecretsManagerClient;

beforeEach(async () => {
  manager = await openSecretsManager();
  manager.provide(createApplication([{ name: "App", template, assetFolders: new Map() }]));
  client = new SecretsManagerClient({
    endpoint: manager.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
});

afterEach(async () => {
  client.destroy();
  await manager[Symbol.asyncDispose]();
});

const read = (SecretId: string, VersionStage?: string) =>
  client.send(new GetSecretValueCommand({ SecretId, VersionStage }));

test("a secret has the text that its template gives it, or a random one", async () => {
  expect((await read("given")).SecretString).toBe("as it stands");
  const { SecretString, ARN, VersionStages, CreatedDate } = await read("App-Key");
  expect(SecretString).toMatch(/^[\w-]{64}$/);
  expect(VersionStages).toEqual(["AWSCURRENT"]);
  expect(Date.now() - CreatedDate!.getTime()).toBeLessThan(60_000);
  expect((await read(ARN!)).SecretString).toBe(SecretString);
});

test("the label of the version before follows the current one", async () => {
  const first = await read("given");
  const put = (SecretString: string, VersionStages?: string[]) =>
    client.send(new PutSecretValueCommand({ SecretId: "given", SecretString, VersionStages }));
  await put("two");
  expect([(await read("given")).SecretString, (await read("given", "AWSPREVIOUS")).SecretString]).toEqual([
    "two",
    "as it stands",
  ]);
  const { VersionId } = await put("three", ["AWSPENDING"]);
  expect((await read("given")).SecretString).toBe("two");
  const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: "given" }));
  expect(VersionIdsToStages).toMatchObject({ [first.VersionId!]: ["AWSPREVIOUS"], [VersionId!]: ["AWSPENDING"] });
  const move = { SecretId: "given", VersionStage: "AWSCURRENT", MoveToVersionId: VersionId };
  await expect(client.send(new UpdateSecretVersionStageCommand(move))).rejects.toMatchObject({
    name: "InvalidParameterException",
  });
  const RemoveFromVersionId = (await read("given")).VersionId;
  await client.send(new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId }));
  expect([(await read("given")).SecretString, (await read("given", "AWSPREVIOUS")).SecretString]).toEqual([
    "three",
    "two",
  ]);
});

test("a rotation runs the function of the schedule, step by step, for one new version", async () => {
  const events: { Step: string; ClientRequestToken: string }[] = [];
  manager.rotateBy(async (_, event) => void events.push(event as (typeof events)[number]));
  await client.send(new RotateSecretCommand({ SecretId: "App-Key" }));
  expect(events.map(({ Step }) => Step)).toEqual(["createSecret", "setSecret", "testSecret", "finishSecret"]);
  expect(new Set(events.map(({ ClientRequestToken }) => ClientRequestToken)).size).toBe(1);
});

test("rejects what is not there, may not be changed or is not run here", async () => {
  const failure = (sent: Promise<unknown>) => sent.then(String, (error: Error) => error.name);
  expect(await failure(read("none"))).toBe("ResourceNotFoundException");
  expect(await failure(read("given", "AWSPREVIOUS"))).toBe("ResourceNotFoundException");
  expect(await failure(client.send(new RotateSecretCommand({ SecretId: "given" })))).toBe("InvalidRequestException");
  const version = { SecretId: "given", ClientRequestToken: "x".repeat(32) };
  const put = (SecretString: string) => failure(client.send(new PutSecretValueCommand({ ...version, SecretString })));
  expect([await put("one"), await put("other")]).toEqual(["[object Object]", "ResourceExistsException"]);
});
