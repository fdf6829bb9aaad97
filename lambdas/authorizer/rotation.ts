import type { Log } from "#core/ports/log.ts";
import type { RotatingSecret } from "#core/ports/rotating-secret.ts";

/**
 * One of the four steps in which Secrets Manager has a secret rotated; each may come more than once.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export interface RotationEvent {
  readonly Step: "createSecret" | "setSecret" | "testSecret" | "finishSecret";
  readonly SecretId: string;
  /** The id of the new version. */
  readonly ClientRequestToken: string;
}

export interface RotationDeps {
  readonly secrets: RotatingSecret;
  readonly log: Log;
  /** A fresh secret that nobody can guess. */
  readonly newSecret: () => string;
}

/** Makes a new version of the secret that seals tickets, and makes it current. Nobody else has to be told of it. */
export const createRotation =
  ({ secrets, log, newSecret }: RotationDeps) =>
  async ({ Step, SecretId, ClientRequestToken }: RotationEvent): Promise<void> => {
    switch (Step) {
      case "createSecret":
        return secrets.prepare(SecretId, ClientRequestToken, newSecret);
      case "setSecret":
      case "testSecret":
        return;
      case "finishSecret":
        await secrets.makeCurrent(SecretId, ClientRequestToken);
        log.info("the secret of tickets has a new version", { versionId: ClientRequestToken });
        return;
      default:
        throw new RangeError(`a step of a rotation must be known, was ${String(Step satisfies never)}`);
    }
  };
