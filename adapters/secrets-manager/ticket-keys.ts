import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { createTicketKey } from "#adapters/node/ticket-key.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { TicketKeys, TicketKeyVersion } from "#core/ports/ticket-keys.ts";
import { KEYS_MAX_AGE_MS } from "#core/tickets/keys.ts";
import { epochMs, type EpochMs } from "#core/units.ts";
import { openSecretsClient, unavailable } from "./client.ts";

export interface TicketKeysOptions {
  /** The secret's ARN. */
  readonly secret: string;
  readonly clock: Clock;
  /** @default one of its own */
  readonly client?: SecretsManagerClient;
}

type Versions = Awaited<ReturnType<TicketKeys["versions"]>>;

/**
 * The keys of a secret: its versions AWSCURRENT and AWSPREVIOUS. They are read when they are first asked for, and again
 * once they are too old; while that fails, the old ones go on.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/getting-started.html#term_version
 */
export const openSecretTicketKeys = (options: TicketKeysOptions): TicketKeys & AsyncDisposable => {
  const { secret, clock } = options;
  const client = options.client ?? openSecretsClient();
  let kept: { readonly versions: Versions; readonly readAtMs: EpochMs } | undefined;
  let reading: Promise<Versions> | undefined;
  const read = async (): Promise<Versions> => {
    const readAtMs = clock.nowMs();
    try {
      kept = { versions: await readVersions(client, secret), readAtMs };
    } catch (cause) {
      if (kept === undefined) throw unavailable(secret, cause);
    }
    return kept.versions;
  };
  return {
    versions: async () => {
      if (kept !== undefined && clock.nowMs() < kept.readAtMs + KEYS_MAX_AGE_MS) return kept.versions;
      reading ??= read().finally(() => (reading = undefined));
      return reading;
    },
    [Symbol.asyncDispose]: async () => {
      if (options.client === undefined) client.destroy();
    },
  };
};

const readVersions = async (client: SecretsManagerClient, secret: string): Promise<Versions> => {
  const [current, previous] = await Promise.all([
    readVersion(client, secret, "AWSCURRENT"),
    readVersion(client, secret, "AWSPREVIOUS").catch((error: unknown) => {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }),
  ]);
  return previous === undefined ? [current] : [current, previous];
};

const readVersion = async (
  client: SecretsManagerClient,
  SecretId: string,
  VersionStage: string,
): Promise<TicketKeyVersion> => {
  const answer = await client.send(new GetSecretValueCommand({ SecretId, VersionStage }));
  if (!answer.SecretString) throw new RangeError(`the version ${VersionStage} of a secret must have a text, had none`);
  return {
    key: createTicketKey(answer.SecretString),
    createdAtMs: epochMs(Math.round(answer.CreatedDate?.getTime() ?? 0)),
  };
};
