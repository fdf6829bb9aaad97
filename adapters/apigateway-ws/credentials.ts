import { ApiGatewayManagementApiClient } from "@aws-sdk/client-apigatewaymanagementapi";
import type { Credentials } from "./signature.ts";

/** Environment variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The credentials to sign with now. */
export type CredentialSource = () => Credentials | Promise<Credentials>;

/**
 * The credentials that `env` holds at each call, as Lambda sets them. Where it holds none, those that the SDK's client
 * finds in files, containers or the instance, which it keeps and renews.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export const openCredentials = (env: Environment): CredentialSource => {
  let found: (() => Promise<Credentials>) | undefined;
  return () => {
    const accessKeyId = env["AWS_ACCESS_KEY_ID"];
    const secretAccessKey = env["AWS_SECRET_ACCESS_KEY"];
    if (accessKeyId && secretAccessKey) {
      return { accessKeyId, secretAccessKey, sessionToken: env["AWS_SESSION_TOKEN"] || undefined };
    }
    found ??= new ApiGatewayManagementApiClient().config.credentials;
    return found();
  };
};
