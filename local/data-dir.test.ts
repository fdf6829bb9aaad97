import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createApplication } from "./application.ts";
import { markWhole } from "./data-dir.ts";
import { provision } from "./provision.ts";
import { openServices } from "./services.ts";

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "data-dir-"));
});
afterEach(() => rm(dataDir, { recursive: true }));

const thing = {
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" as const }],
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" as const }],
};
const application = createApplication([
  {
    name: "App",
    template: { Resources: { Thing: { Type: "AWS::DynamoDB::Table", Properties: thing } } },
    assetFolders: new Map(),
  },
]);

const CREATING = `
  const server = require("dynalite")({ path: process.argv[1], createTableMs: 3_600_000 });
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

/** Leaves the table as one does who is killed while it is made. */
const leaveHalfMade = async (): Promise<void> => {
  const path = join(dataDir, "dynamodb");
  await mkdir(path, { recursive: true });
  const child = spawn(process.execPath, ["-e", CREATING, path], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  const dynamo = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${Number(port)}`,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const create = new CreateTableCommand({ ...thing, TableName: "App-Thing", BillingMode: "PAY_PER_REQUEST" });
  expect((await dynamo.send(create)).TableDescription?.TableStatus).toBe("CREATING");
  dynamo.destroy();
  child.kill("SIGKILL");
  await once(child, "exit");
};

test("a data folder whose first start was killed before all tables were there begins anew", async () => {
  await leaveHalfMade();
  await writeFile(join(dataDir, "half-made"), "");
  await using services = await openServices(dataDir);
  await provision(application, services);
  expect(await readdir(dataDir)).toContain("half-made");
  await markWhole(dataDir);
  expect((await readdir(dataDir)).toSorted()).toEqual(["dynamodb", "kinesis", "s3"]);
});

test("a data folder that was whole keeps what is in it", async () => {
  {
    await using services = await openServices(dataDir);
    await provision(application, services);
    await markWhole(dataDir);
    await services.dynamo.send(new CreateTableCommand({ ...thing, TableName: "kept", BillingMode: "PAY_PER_REQUEST" }));
  }
  await using services = await openServices(dataDir);
  await services.dynamo.send(new DescribeTableCommand({ TableName: "kept" }));
});

test("rejects kept data in which a table is half made", async () => {
  await leaveHalfMade();
  await using services = await openServices(dataDir);
  await expect(provision(application, services)).rejects.toMatchObject({
    code: "TAPE_DATA_UNAVAILABLE",
    message:
      "the table App-Thing must be whole, a run that was killed left it CREATING in the data folder: name another one",
  });
});
