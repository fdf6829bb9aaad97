import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  UpdateSecretVersionStageCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { RotatingSecret } from "#core/ports/rotating-secret.ts";
import { openSecretsClient, unavailable } from "./client.ts";

/**
 * Versions by the staging labels of Secrets Manager: AWSPENDING while a version is prepared, then AWSCURRENT; the label
 * AWSPREVIOUS moves by itself to the version that was current.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export const openRotatingSecret = (given?: SecretsManagerClient): RotatingSecret & AsyncDisposable => {
  const client = given ?? openSecretsClient();
  const ask = async <Answer>(secret: string, question: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await question();
    } catch (cause) {
      throw unavailable(secret, cause);
    }
  };
  const isPrepared = async (SecretId: string, VersionId: string): Promise<boolean> => {
    try {
      await client.send(new GetSecretValueCommand({ SecretId, VersionId }));
      return true;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return false;
      throw error;
    }
  };
  return {
    prepare: (SecretId, ClientRequestToken, newValue) =>
      ask(SecretId, async () => {
        if (await isPrepared(SecretId, ClientRequestToken)) return;
        const version = { SecretString: newValue(), VersionStages: ["AWSPENDING"] };
        await client.send(new PutSecretValueCommand({ SecretId, ClientRequestToken, ...version }));
      }),

    makeCurrent: (SecretId, versionId) =>
      ask(SecretId, async () => {
        const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
        const current = Object.keys(VersionIdsToStages).find((id) => VersionIdsToStages[id]?.includes("AWSCURRENT"));
        if (current === versionId) return;
        const move = { VersionStage: "AWSCURRENT", MoveToVersionId: versionId, RemoveFromVersionId: current };
        await client.send(new UpdateSecretVersionStageCommand({ SecretId, ...move }));
      }),

    [Symbol.asyncDispose]: async () => {
      if (given === undefined) client.destroy();
    },
  };
};
