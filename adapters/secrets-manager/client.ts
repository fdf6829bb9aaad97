import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { PipelineError } from "#core/errors.ts";

/** A client whose endpoint, region and credentials come from the environment. */
export const openSecretsClient = (): SecretsManagerClient =>
  new SecretsManagerClient({
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 3_000,
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
    }),
  });

/** The error that says that `secret` could not be asked for. It holds nothing of the secret's value. */
export const unavailable = (secret: string, cause: unknown): PipelineError => {
  const failure = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new PipelineError("TAPE_SECRET_UNAVAILABLE", `the secret ${secret} must be readable, failed with ${failure}`, {
    cause,
    retryable: true,
  });
};
