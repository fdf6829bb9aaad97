import { JwtVerifier } from "aws-jwt-verify";
import { FetchError, JwtBaseError } from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import { PipelineError } from "#core/errors.ts";
import type { TokenVerifier } from "#core/ports/token-verifier.ts";

export interface TokenVerifierOptions {
  /** The URL of an OpenID Connect issuer, as Cognito is one, and the tokens' `iss`. */
  readonly issuer: string;
  /** One of these is the tokens' `aud`, or their `client_id` where they have none, as access tokens of Cognito. */
  readonly audiences: readonly string[];
}

const TIMEOUT_MS = 3_000;

/**
 * Checks tokens with the keys that the issuer publishes: its signature, `iss`, `exp`, `nbf`, and whom it is for. The keys
 * are fetched when the first token comes, and again when a token names one that is not known, at most each ten seconds.
 * Source: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 * Source: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 */
export const openTokenVerifier = ({ issuer, audiences }: TokenVerifierOptions): TokenVerifier => {
  let opening: ReturnType<typeof openVerifier> | undefined;
  const verifier = (): ReturnType<typeof openVerifier> =>
    (opening ??= openVerifier(issuer).catch((error: unknown) => {
      opening = undefined;
      throw error;
    }));
  return {
    verify: async (token) => {
      try {
        const { aud, client_id: clientId, sub } = await (await verifier()).verify(token);
        const isMeant = [aud ?? clientId].flat().some((one) => typeof one === "string" && audiences.includes(one));
        if (!isMeant) return { kind: "refused", reason: "JwtInvalidAudienceError" };
        return { kind: "valid", subject: sub ?? "" };
      } catch (cause) {
        if (!(cause instanceof JwtBaseError) || cause instanceof FetchError) throw unavailable(issuer, cause);
        return { kind: "refused", reason: cause.constructor.name };
      }
    },
  };
};

const openVerifier = async (issuer: string) => {
  const about = JSON.parse(
    new TextDecoder().decode(await read(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`)),
  ) as {
    readonly jwks_uri?: string;
  };
  if (about.jwks_uri === undefined) throw new RangeError("an issuer must name its jwks_uri, did not");
  const jwksCache = new SimpleJwksCache({ fetcher: { fetch: read } });
  return JwtVerifier.create({ issuer, audience: null, jwksUri: about.jwks_uri }, { jwksCache });
};

const read = async (url: string): Promise<ArrayBuffer> => {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw new FetchError(url, String(cause));
  }
  if (!response.ok) throw new FetchError(url, `status ${response.status}`);
  return response.arrayBuffer();
};

const unavailable = (issuer: string, cause: unknown): PipelineError => {
  const failure = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new PipelineError(
    "TAPE_SECRET_UNAVAILABLE",
    `the keys of ${issuer} must be readable, failed with ${failure}`,
    {
      cause,
      retryable: true,
    },
  );
};
