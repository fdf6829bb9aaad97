import { createHmac, hash } from "node:crypto";

/** For what a signature is good. */
export interface SigningScope {
  /** `20260102` */
  readonly day: string;
  readonly region: string;
  /** The service's name in signatures, such as `kafka-cluster`. */
  readonly service: string;
}

/** `20260102/eu-west-1/kafka-cluster/aws4_request` */
export const scopeText = ({ day, region, service }: SigningScope): string => `${day}/${region}/${service}/aws4_request`;

/** The day of a time like `2026-01-02T03:04:05.000Z` or `20260102T030405Z`. */
export const dayOf = (time: string): string => time.replaceAll("-", "").slice(0, 8);

/**
 * The signature of a canonical request by Signature Version 4, in hex.
 *
 *     signature = hmac(key, AWS4-HMAC-SHA256 \n time \n scope \n sha256(canonical))
 *     key       = hmac(hmac(hmac(hmac("AWS4" + secret, day), region), service), "aws4_request")
 *
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export const signatureOf = (canonical: string, time: string, scope: SigningScope, secretAccessKey: string): string => {
  const steps = [scope.region, scope.service, "aws4_request"];
  const key = steps.reduce(hmac, hmac(`AWS4${secretAccessKey}`, scope.day));
  return hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scopeText(scope)}\n${hashOf(canonical)}`).toString("hex");
};

/** SHA-256 in hex of a text as UTF-8. */
export const hashOf = (text: string): string => hash("sha256", text, "hex");

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
