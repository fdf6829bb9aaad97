import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";
import type { EpochMs } from "#core/units.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Set where the credentials are temporary, as those of a function are. */
  readonly sessionToken?: string | undefined;
}

export interface SignerOptions {
  readonly region: string;
  /** The service's name in signatures, such as `execute-api`. */
  readonly service: string;
  /** The host, with its port unless it is the scheme's own, as it goes into the request. */
  readonly host: string;
}

/** A POST without a query. */
export interface UnsignedPost {
  /** As it goes into the request, each segment encoded by {@link encodeSegment}. */
  readonly path: string;
  readonly contentType: string;
  /** SHA-256 of the body in hex, see {@link hashOf}. */
  readonly payloadHash: string;
}

export type Signer = (post: UnsignedPost, credentials: Credentials, nowMs: EpochMs) => Readonly<Record<string, string>>;

/**
 * Signs posts by Signature Version 4 and returns the headers to send, `host` excepted. The key derived from the secret is
 * kept until the day or the secret changes.
 *
 *     canonical = POST \n path, each segment encoded once more \n \n name:value \n … \n names \n payload hash
 *     signature = hmac(key, AWS4-HMAC-SHA256 \n time \n scope \n sha256(canonical))
 *     scope     = day/region/service/aws4_request
 *     key       = hmac(hmac(hmac(hmac("AWS4" + secret, day), region), service), "aws4_request")
 *
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export const createSigner = ({ region, service, host }: SignerOptions): Signer => {
  const keyOf = createKeyring(region, service);
  return ({ path, contentType, payloadHash }, { accessKeyId, secretAccessKey, sessionToken }, nowMs) => {
    const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, "");
    const day = time.slice(0, 8);
    const scope = `${day}/${region}/${service}/aws4_request`;
    const token = sessionToken === undefined ? "" : `x-amz-security-token:${sessionToken}\n`;
    const names = `content-type;host;x-amz-date${sessionToken === undefined ? "" : ";x-amz-security-token"}`;
    const lines = `content-type:${contentType}\nhost:${host}\nx-amz-date:${time}\n${token}`;
    const canonical = `POST\n${encodePath(path)}\n\n${lines}\n${names}\n${payloadHash}`;
    const signature = createHmac("sha256", keyOf(day, secretAccessKey))
      .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${hashOf(canonical)}`)
      .digest("hex");
    return {
      "content-type": contentType,
      "x-amz-date": time,
      ...(sessionToken === undefined ? {} : { "x-amz-security-token": sessionToken }),
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    };
  };
};

/** SHA-256 in hex; text is hashed as UTF-8. */
export const hashOf = (data: string | Uint8Array): string => hash("sha256", data, "hex");

/** One segment of a path: all but letters, digits and `-._~` in percent form. */
export const encodeSegment = (segment: string): string =>
  encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const encodePath = (path: string): string => path.split("/").map(encodeSegment).join("/");

/** The signing key of a day and a secret; the last one is kept. As an object: each use of bytes would make them one, for 11 µs. */
const createKeyring = (region: string, service: string): ((day: string, secret: string) => KeyObject) => {
  let kept: { readonly day: string; readonly secret: string; readonly key: KeyObject } | undefined;
  return (day, secret) => {
    if (kept?.day !== day || kept.secret !== secret) {
      const parts = [day, region, service, "aws4_request"];
      const bytes = parts.reduce<string | Buffer>((from, part) => hmac(from, part), `AWS4${secret}`);
      kept = { day, secret, key: createSecretKey(Buffer.from(bytes)) };
    }
    return kept.key;
  };
};

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
