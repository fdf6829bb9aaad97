import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** What signs for a user or a role. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Set where the credentials are temporary, as those of a function are. */
  readonly sessionToken?: string | undefined;
}

/** The credentials to sign with now. */
export type CredentialSource = () => Promise<Credentials>;

/**
 * The credentials that the SDK's default chain finds: in the environment, as on Lambda, in files, containers or the
 * instance. They are kept and renewed. Any client of the SDK has the chain; this one is in every function already.
 * Source: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export const openCredentials = (): CredentialSource => {
  const { credentials } = new DynamoDBClient().config;
  return () => credentials();
};
