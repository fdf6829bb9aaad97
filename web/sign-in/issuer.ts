import {
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  AuthorizationResponseError,
  calculatePKCECodeChallenge,
  discoveryRequest,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  None,
  OperationProcessingError,
  processAuthorizationCodeResponse,
  processDiscoveryResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  ResponseBodyError,
  revocationRequest,
  validateAuthResponse,
  WWWAuthenticateChallengeError,
  type TokenEndpointResponse,
} from "oauth4webapi";
import type { SignInConfig } from "#core/protocol/dashboard-config.ts";
import { shownToken, type Grant } from "./grant.ts";

/** What must be known again when a reader comes back from the issuer. */
export interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Somebody whom the issuer does not know, or an answer that nobody should trust: asking again does not help. */
export class RefusedSignIn extends Error {}

/** Signs readers in and out, as a public client. Each method rejects with `RefusedSignIn`, or otherwise when nobody answered. */
export interface Issuer {
  /** Where a reader signs in, and what to keep meanwhile. */
  begin(): Promise<{ readonly address: URL; readonly begun: Begun }>;
  /** What the answer that a reader came back with is good for. */
  finish(answer: URLSearchParams, begun: Begun): Promise<Grant>;
  renew(renewal: string): Promise<Grant>;
  /** Makes what renews a grant worthless, and returns where a reader signs out, undefined where the issuer has no such place. */
  end(renewal: string | undefined): Promise<URL | undefined>;
}

const ANSWER_MS = 10_000;

/**
 * An issuer of OpenID Connect, to which readers go and come back to `home`: by an authorization code with PKCE, which the
 * page itself exchanges, so that no token is ever part of an address.
 * Source: https://www.rfc-editor.org/rfc/rfc9700.html#section-2.1
 */
export const openIssuer = ({ issuer, clientId, scopes }: SignInConfig, home: string): Issuer => {
  const client = { client_id: clientId };
  const url = new URL(issuer);
  // an issuer on this machine; whoever wrote config.json named it
  const insecure = { [allowInsecureRequests]: url.protocol === "http:" };
  const options = () => ({ ...insecure, signal: AbortSignal.timeout(ANSWER_MS) });
  const server = foundOnce(async () => processDiscoveryResponse(url, await discoveryRequest(url, options())));
  return {
    begin: told(async () => {
      const { begun, asked } = await freshRequest();
      const address = addressOf((await server()).authorization_endpoint, {
        client_id: clientId,
        redirect_uri: home,
        response_type: "code",
        scope: scopes.join(" "),
        ...asked,
      });
      if (address === undefined) throw new RefusedSignIn("The issuer has no page to sign in at.");
      return { address, begun };
    }),
    finish: told(async (answer, { state, nonce, verifier }) => {
      const as = await server();
      const checked = validateAuthResponse(as, client, answer, state);
      const response = await authorizationCodeGrantRequest(as, client, None(), checked, home, verifier, options());
      return grantOf(await processAuthorizationCodeResponse(as, client, response, { expectedNonce: nonce }));
    }),
    renew: told(async (renewal) => {
      const as = await server();
      const response = await refreshTokenGrantRequest(as, client, None(), renewal, options());
      return { renewal, ...grantOf(await processRefreshTokenResponse(as, client, response)) };
    }),
    end: told(async (renewal) => {
      const as = await server();
      if (renewal !== undefined && as.revocation_endpoint !== undefined)
        await revocationRequest(as, client, None(), renewal, options()).catch(() => undefined);
      // Cognito knows the second by a name of its own.
      // Source: https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
      const back = { post_logout_redirect_uri: home, logout_uri: home };
      return addressOf(as.end_session_endpoint, { client_id: clientId, ...back });
    }),
  };
};

/** What one reader alone is asked for by, and what to keep meanwhile. */
const freshRequest = async (): Promise<{ asked: Readonly<Record<string, string>>; begun: Begun }> => {
  const [state, nonce, verifier] = [generateRandomState(), generateRandomNonce(), generateRandomCodeVerifier()];
  const challenge = await calculatePKCECodeChallenge(verifier);
  const asked = { state, nonce, code_challenge: challenge, code_challenge_method: "S256" };
  return { asked, begun: { state, nonce, verifier } };
};

/** What `find` found, sought again only after it failed. */
const foundOnce = <Found>(find: () => Promise<Found>): (() => Promise<Found>) => {
  let found: Promise<Found> | undefined;
  return () =>
    (found ??= find().catch((error: unknown) => {
      found = undefined;
      throw error;
    }));
};

const addressOf = (endpoint: string | undefined, params: Readonly<Record<string, string>>): URL | undefined => {
  if (endpoint === undefined) return undefined;
  const address = new URL(endpoint);
  for (const [name, value] of Object.entries(params)) address.searchParams.set(name, value);
  return address;
};

const grantOf = (response: TokenEndpointResponse): Grant => {
  const shown = shownToken(response.access_token, response.id_token, Date.now());
  if (shown === undefined) throw new RefusedSignIn("The issuer gave no token that the server could check.");
  return { ...shown, ...(response.refresh_token === undefined ? {} : { renewal: response.refresh_token }) };
};

/** Lets `work` reject in our words where the issuer said no, and as it does where nobody answered. */
const told =
  <Given extends readonly unknown[], Result>(work: (...given: Given) => Promise<Result>) =>
  async (...given: Given): Promise<Result> => {
    try {
      return await work(...given);
    } catch (error) {
      throw refusalOf(error) ?? error;
    }
  };

const LONGEST_WORDS = 160;
const TOO_MANY = 429;

const refusalOf = (error: unknown): RefusedSignIn | undefined => {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const words = (error.error_description ?? error.error).replace(/[.\s]+$/u, "").slice(0, LONGEST_WORDS);
    return new RefusedSignIn(`The issuer refused: ${words}.`, { cause: error });
  }
  if (error instanceof WWWAuthenticateChallengeError)
    return new RefusedSignIn("The issuer does not know this page.", { cause: error });
  const isDown =
    error instanceof OperationProcessingError &&
    error.cause instanceof Response &&
    (error.cause.status >= 500 || error.cause.status === TOO_MANY);
  if (error instanceof OperationProcessingError && !isDown)
    return new RefusedSignIn(`The issuer's answer cannot be trusted: ${error.message}.`, { cause: error });
  return undefined;
};
