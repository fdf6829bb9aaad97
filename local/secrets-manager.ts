import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { Application, Resource } from "./application.ts";
import { refOf } from "./attributes.ts";
import { listOf, objectOf, parseObject, type JsonObject } from "./json.ts";
import { openLoopbackServer } from "./loopback-server.ts";

/** Runs a rotation function with an event. */
export type RunRotation = (functionArn: string, event: object) => Promise<void>;

/** Secrets that SDK clients find at `endpoint`. They are in memory alone. */
export interface SecretsManager extends AsyncDisposable {
  readonly endpoint: string;
  /** Makes the secrets of the application, with a text of their own each, as their template says. */
  provide(application: Application): void;
  /** From now on RotateSecret runs the function of the secret's rotation schedule. */
  rotateBy(run: RunRotation): void;
}

interface Version {
  readonly text: string;
  readonly createdAtMs: number;
  readonly stages: Set<string>;
}

interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly versions: Map<string, Version>;
  readonly rotationFunction: string | undefined;
}

class Refusal extends Error {
  constructor(type: string, message: string) {
    super(message);
    this.name = type;
  }
}

type Operation = (input: JsonObject) => JsonObject | Promise<JsonObject>;

/**
 * A Secrets Manager on loopback that knows GetSecretValue, PutSecretValue, DescribeSecret, UpdateSecretVersionStage and
 * RotateSecret, which here ends only when the function has taken all its steps.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
 */
export const openSecretsManager = async (): Promise<SecretsManager> => {
  const { server, host } = await openLoopbackServer(0);
  const secrets = new Secrets();
  server.on("request", (request, response) => void answer(secrets.operations, request, response));
  return {
    endpoint: `http://${host}`,
    provide: (application) => secrets.provide(application),
    rotateBy: (run) => (secrets.run = run),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

class Secrets {
  run: RunRotation | undefined;
  readonly #secrets: Secret[] = [];

  readonly operations: Readonly<Record<string, Operation>> = {
    GetSecretValue: (input) => {
      const { arn, name, versions } = this.#find(input);
      const stage = textOr(input["VersionStage"], "AWSCURRENT");
      const wanted = input["VersionId"];
      const found = [...versions].find(([id, { stages }]) =>
        wanted === undefined ? stages.has(stage) : id === wanted,
      );
      if (found === undefined)
        throw notFound(`Secrets Manager can't find the specified secret value for staging label: ${stage}`);
      const [VersionId, { text: SecretString, createdAtMs, stages }] = found;
      const about = { VersionId, VersionStages: [...stages], CreatedDate: createdAtMs / 1_000 };
      return { ARN: arn, Name: name, SecretString, ...about };
    },

    PutSecretValue: (input) => {
      const secret = this.#find(input);
      const VersionId = textOr(input["ClientRequestToken"], randomUUID());
      const stages = input["VersionStages"] === undefined ? ["AWSCURRENT"] : listOf(input["VersionStages"]).map(String);
      const value = String(input["SecretString"]);
      const kept = secret.versions.get(VersionId);
      if (kept !== undefined && kept.text !== value)
        throw new Refusal("ResourceExistsException", "You can't modify an existing version, you can only create one");
      if (kept === undefined)
        secret.versions.set(VersionId, { text: value, createdAtMs: Date.now(), stages: new Set() });
      for (const stage of stages) label(secret, VersionId, stage);
      return { ARN: secret.arn, Name: secret.name, VersionId, VersionStages: stages };
    },

    DescribeSecret: (input) => {
      const { arn, name, versions, rotationFunction } = this.#find(input);
      const staged = [...versions].filter(([, { stages }]) => stages.size > 0);
      const VersionIdsToStages = Object.fromEntries(staged.map(([id, { stages }]) => [id, [...stages]]));
      return { ARN: arn, Name: name, RotationEnabled: rotationFunction !== undefined, VersionIdsToStages };
    },

    UpdateSecretVersionStage: (input) => {
      const secret = this.#find(input);
      const [stage, from, to] = ["VersionStage", "RemoveFromVersionId", "MoveToVersionId"].map((name) => input[name]);
      const holder = holderOf(secret, String(stage));
      if (holder !== undefined && to !== undefined && holder !== from)
        throw new Refusal("InvalidParameterException", `The staging label ${String(stage)} is attached to ${holder}`);
      if (typeof from === "string") secret.versions.get(from)?.stages.delete(String(stage));
      if (typeof to === "string") label(secret, to, String(stage), holder);
      return { ARN: secret.arn, Name: secret.name };
    },

    RotateSecret: async (input) => {
      const secret = this.#find(input);
      if (secret.rotationFunction === undefined || this.run === undefined)
        throw new Refusal(
          "InvalidRequestException",
          "You can't rotate a secret without a Lambda function that does it",
        );
      const ClientRequestToken = textOr(input["ClientRequestToken"], randomUUID());
      for (const Step of ["createSecret", "setSecret", "testSecret", "finishSecret"])
        await this.run(secret.rotationFunction, { Step, SecretId: secret.arn, ClientRequestToken });
      return { ARN: secret.arn, Name: secret.name, VersionId: ClientRequestToken };
    },
  };

  provide(application: Application): void {
    const schedules = application.resources("AWS::SecretsManager::RotationSchedule").map((each) => each.properties());
    for (const resource of application.resources("AWS::SecretsManager::Secret")) {
      const schedule = schedules.find(({ SecretId }) => SecretId === refOf(resource));
      const rotation = schedule?.["RotationLambdaARN"];
      const secret: Secret = {
        arn: refOf(resource),
        name: resource.name,
        versions: new Map(),
        rotationFunction: typeof rotation === "string" ? rotation : undefined,
      };
      secret.versions.set(randomUUID(), {
        text: textOf(resource),
        createdAtMs: Date.now(),
        stages: new Set(["AWSCURRENT"]),
      });
      this.#secrets.push(secret);
    }
  }

  #find({ SecretId }: JsonObject): Secret {
    const found = this.#secrets.find(({ arn, name }) => SecretId === arn || SecretId === name);
    if (found === undefined) throw notFound("Secrets Manager can't find the specified secret.");
    return found;
  }
}

const holderOf = ({ versions }: Secret, stage: string): string | undefined =>
  [...versions].find(([, { stages }]) => stages.has(stage))?.[0];

/**
 * Moves a label to a version. With AWSCURRENT, AWSPREVIOUS moves to the version that had it.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
 */
const label = (secret: Secret, versionId: string, stage: string, had = holderOf(secret, stage)): void => {
  const version = secret.versions.get(versionId);
  if (version === undefined) throw notFound("Secrets Manager can't find the specified secret version.");
  for (const { stages } of secret.versions.values()) stages.delete(stage);
  version.stages.add(stage);
  if (stage === "AWSCURRENT" && had !== undefined && had !== versionId) label(secret, had, "AWSPREVIOUS");
};

/** What the template gives the secret: its own text, or one of so many random characters. */
const textOf = (resource: Resource): string => {
  const { SecretString, GenerateSecretString } = resource.properties();
  if (typeof SecretString === "string") return SecretString;
  const length = Number(objectOf(GenerateSecretString)["PasswordLength"] ?? 32);
  return randomBytes(length).toString("base64url").slice(0, length);
};

const textOr = (value: unknown, otherwise: string): string => (typeof value === "string" ? value : otherwise);

const notFound = (message: string): Refusal => new Refusal("ResourceNotFoundException", message);

const answer = async (
  operations: Readonly<Record<string, Operation>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const [, name = ""] = String(request.headers["x-amz-target"]).split(".");
  const say = (status: number, body: object): void =>
    void response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
  try {
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
    if (operation === undefined) throw new Refusal("UnknownOperationException", `${name} is not run locally`);
    say(200, await operation(parseObject(await text(request)) ?? {}));
  } catch (error) {
    if (error instanceof Refusal) say(400, { __type: error.name, message: error.message });
    else say(500, { __type: "InternalServiceError", message: String(error) });
  }
};
