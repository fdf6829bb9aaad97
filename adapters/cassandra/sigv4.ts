import { auth } from "cassandra-driver";
import { PipelineError } from "#core/errors.ts";
import type { Clock } from "#core/ports/clock.ts";
import { epochMs, type EpochMs } from "#core/units.ts";
import type { Credentials, CredentialSource } from "../iam/credentials.ts";
import { dayOf, hashOf, scopeText, signatureOf } from "../iam/signature.ts";

export interface SigV4Options {
  readonly region: string;
  readonly credentials: CredentialSource;
  readonly clock: Pick<Clock, "nowMs">;
}

const SERVICE = "cassandra";
const MECHANISM = Buffer.from("SigV4\0\0");
const EXPIRES_SECONDS = 900;

/** The driver asks for this very class, which its types say is an interface. */
const { AuthProvider } = auth as unknown as { readonly AuthProvider: new () => auth.AuthProvider };

/**
 * Who we are, shown to Amazon Keyspaces by a signature instead of a password:
 *
 *     driver                  Keyspaces
 *     STARTUP         ----->
 *                     <-----  AUTHENTICATE
 *     "SigV4\0\0"     ----->
 *                     <-----  AUTH_CHALLENGE nonce=…
 *     signature=…     ----->                          of the nonce, good for 15 minutes
 *                     <-----  AUTH_SUCCESS
 *
 * Credentials are asked for at each new connection, so that those that were renewed are used.
 */
export class SigV4AuthProvider extends AuthProvider {
  readonly #options: SigV4Options;

  constructor(options: SigV4Options) {
    super();
    this.#options = options;
  }

  override newAuthenticator(): auth.Authenticator {
    return {
      initialResponse: (callback) => callback(null, MECHANISM),
      evaluateChallenge: (challenge, callback) => void this.#respond(challenge, callback),
      onAuthenticationSuccess: () => undefined,
    };
  }

  async #respond(challenge: Buffer, callback: Parameters<auth.Authenticator["evaluateChallenge"]>[1]): Promise<void> {
    let answer: Buffer;
    try {
      answer = await this.#answer(challenge);
    } catch (error) {
      callback(error);
      return;
    }
    callback(null, answer);
  }

  async #answer(challenge: Buffer): Promise<Buffer> {
    const nonce = /(?:^|,)nonce=([^,]+)/.exec(challenge.toString("utf8"))?.[1];
    if (nonce === undefined)
      throw new PipelineError("TAPE_STORE_UNAVAILABLE", "a challenge of Keyspaces must hold a nonce, held none");
    const { region, credentials, clock } = this.#options;
    return Buffer.from(signNonce(nonce, region, await credentials(), epochMs(clock.nowMs())));
  }
}

/**
 * The answer to a challenge:
 *
 *     answer    = "signature=" hex ",access_key=" id ",amzdate=" time [",session_token=" token]
 *     canonical = PUT \n /authenticate \n query \n host:cassandra \n \n host \n sha256(nonce)
 *
 * Unlike in other requests the time is written with its dashes, colons and milliseconds, and a session token is not signed.
 * Source: https://github.com/aws/aws-sigv4-auth-cassandra-nodejs-driver-plugin (the published mechanism)
 */
export const signNonce = (
  nonce: string,
  region: string,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  nowMs: EpochMs,
): string => {
  const time = new Date(nowMs).toISOString();
  const scope = { day: dayOf(time), region, service: SERVICE };
  const query = [
    "X-Amz-Algorithm=AWS4-HMAC-SHA256",
    `X-Amz-Credential=${accessKeyId}%2F${encodeURIComponent(scopeText(scope))}`,
    `X-Amz-Date=${encodeURIComponent(time)}`,
    `X-Amz-Expires=${EXPIRES_SECONDS}`,
  ].join("&");
  const canonical = `PUT\n/authenticate\n${query}\nhost:${SERVICE}\n\nhost\n${hashOf(nonce)}`;
  const signature = signatureOf(canonical, time, scope, secretAccessKey);
  const token = sessionToken === undefined ? "" : `,session_token=${sessionToken}`;
  return `signature=${signature},access_key=${accessKeyId},amzdate=${time}${token}`;
};
