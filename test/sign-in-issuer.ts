import type { IncomingMessage } from "node:http";
import { Provider, type Configuration } from "oidc-provider";
import { openLoopbackServer } from "#local/loopback-server.ts";
import { createIssuerKeys, type GivenToken } from "./token-issuer.ts";

/** A real issuer of OpenID Connect on this machine, with pages to sign in at, and what a test wants of it. */
export interface SignInIssuer extends AsyncDisposable {
  readonly url: string;
  readonly clientId: string;
  /** For whom its access tokens are. */
  audience: string;
  /** How long its access tokens are good. */
  tokenSeconds: number;
  /** What it was asked, but for its own pages: `METHOD /path`. */
  readonly asked: string[];
  /** Every address that it was asked at. */
  readonly addresses: string[];
  /** Begins to answer, for a page at `home`. */
  serve(home: string): void;
  /** A token with its own seal that says what a test wants. */
  tokenOf(given?: GivenToken): string;
}

const CLIENT_ID = "desk";

export const openSignInIssuer = async (): Promise<SignInIssuer> => {
  const { server, host } = await openLoopbackServer(0);
  const url = `http://${host}`;
  const keys = createIssuerKeys();
  const [asked, addresses]: [string[], string[]] = [[], []];
  const issuer: SignInIssuer = {
    url,
    clientId: CLIENT_ID,
    audience: "tape",
    tokenSeconds: 600,
    asked,
    addresses,
    serve: (home) => {
      const answer = new Provider(url, configurationOf(issuer, home, keys.privateKey)).callback();
      server.on("request", (request: IncomingMessage, response) => {
        asked.push(`${request.method} ${request.url?.split("?")[0]}`);
        addresses.push(request.url ?? "");
        void answer(request, response);
      });
    },
    tokenOf: (given) => keys.tokenOf(url, given),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;
};

/** A public client whose access tokens are JSON Web Tokens for one resource, and can be renewed. */
const configurationOf = (issuer: SignInIssuer, home: string, key: object): Configuration => ({
  clients: [
    {
      client_id: CLIENT_ID,
      token_endpoint_auth_method: "none",
      redirect_uris: [home],
      post_logout_redirect_uris: [home],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
    },
  ],
  clientBasedCORS: () => true,
  cookies: { keys: ["of a test"] },
  issueRefreshToken: async () => true,
  jwks: { keys: [key] },
  features: {
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => "urn:tape",
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: "",
        audience: issuer.audience,
        accessTokenFormat: "jwt",
        accessTokenTTL: issuer.tokenSeconds,
      }),
    },
  },
});
