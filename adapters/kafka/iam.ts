import type { Clock } from "#core/ports/clock.ts";
import { epochMs, type EpochMs } from "#core/units.ts";
import type { Credentials, CredentialSource } from "../iam/credentials.ts";
import { dayOf, hashOf, scopeText, signatureOf } from "../iam/signature.ts";
import type { KafkaOptions } from "./topic.ts";

export interface IamOptions {
  readonly region: string;
  readonly credentials: CredentialSource;
  readonly clock: Pick<Clock, "nowMs">;
}

const SERVICE = "kafka-cluster";
const EXPIRES_SECONDS = 900;

/**
 * TLS, and who we are by IAM: each connection shows a token of its own, by the credentials of that moment.
 * Source: https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html
 */
export const iamSecurity = ({ region, credentials, clock }: IamOptions): NonNullable<KafkaOptions["security"]> => ({
  tls: {},
  sasl: {
    mechanism: "OAUTHBEARER",
    token: async () => iamToken(region, await credentials(), epochMs(clock.nowMs())),
  },
});

/**
 * A token that lets its bearer connect for 15 minutes: a URL that asks for leave to connect, signed in its query, in base64
 * for URLs.
 *
 *     token     = base64url(https://kafka.<region>.amazonaws.com/?<query>&X-Amz-Signature=<hex>&User-Agent=<who>)
 *     canonical = GET \n / \n query, ordered \n host:<host> \n \n host \n sha256("")
 *
 * Source: https://github.com/aws/aws-msk-iam-sasl-signer-js (the published mechanism)
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export const iamToken = (
  region: string,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  nowMs: EpochMs,
): string => {
  const host = `kafka.${region}.amazonaws.com`;
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = { day: dayOf(time), region, service: SERVICE };
  const query = queryText({
    Action: "kafka-cluster:Connect",
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `${accessKeyId}/${scopeText(scope)}`,
    "X-Amz-Date": time,
    "X-Amz-Expires": String(EXPIRES_SECONDS),
    ...(sessionToken === undefined ? {} : { "X-Amz-Security-Token": sessionToken }),
    "X-Amz-SignedHeaders": "host",
  });
  const canonical = `GET\n/\n${query}\nhost:${host}\n\nhost\n${hashOf("")}`;
  const signature = signatureOf(canonical, time, scope, secretAccessKey);
  const url = `https://${host}/?${query}&X-Amz-Signature=${signature}&User-Agent=tapestream`;
  return Buffer.from(url).toString("base64url");
};

/** Names are given in their order. */
const queryText = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${encodeValue(value)}`)
    .join("&");

/** All but letters, digits and `-._~` in percent form. */
const encodeValue = (value: string): string =>
  encodeURIComponent(value).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
