import { createSign, generateKeyPairSync, type JsonWebKey, type KeyObject } from "node:crypto";
import type { RequestListener } from "node:http";
import { openLoopbackServer } from "#local/loopback-server.ts";

/** What a test wants a token to say and to be sealed with; `undefined` leaves a claim out. */
export interface GivenToken {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: KeyObject;
}

/** Keys as an issuer has them, and tokens that are sealed with them. */
export interface IssuerKeys {
  /** As a JSON Web Key, for those who serve or sign with it. */
  readonly publicKey: JsonWebKey;
  readonly privateKey: JsonWebKey;
  /** A token for the audience `tape` that is good for a minute, but for what is given. */
  tokenOf(issuer: string, given?: GivenToken): string;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A key that no issuer has. */
export const strangeKey = (): KeyObject => generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;

export const createIssuerKeys = (): IssuerKeys => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const about = { kid: "one", use: "sig", alg: "RS256" };
  return {
    publicKey: { ...publicKey.export({ format: "jwk" }), ...about },
    privateKey: { ...privateKey.export({ format: "jwk" }), ...about },
    tokenOf: (issuer, { claims, header, key = privateKey } = {}) => {
      const nowS = Math.floor(Date.now() / 1_000);
      const body = { iss: issuer, aud: "tape", sub: "ada", iat: nowS, exp: nowS + 60, ...claims };
      const text = `${part({ alg: "RS256", kid: "one", ...header })}.${part(body)}`;
      if (header?.["alg"] === "none") return `${text}.`;
      return `${text}.${createSign("RSA-SHA256").update(text).sign(key, "base64url")}`;
    },
  };
};

/** An issuer that publishes its keys and does nothing else. */
export interface TokenIssuer extends AsyncDisposable {
  readonly url: string;
  /** Whether it answers. */
  isUp: boolean;
  /** The paths that it was asked for. */
  readonly asked: string[];
  /** What it publishes, as anybody can read it. */
  readonly publicKey: JsonWebKey;
  tokenOf(given?: GivenToken): string;
}

export const openTokenIssuer = async (): Promise<TokenIssuer> => {
  const { server, host } = await openLoopbackServer(0);
  const url = `http://${host}`;
  const keys = createIssuerKeys();
  let isUp = true;
  const asked: string[] = [];
  const bodies: Readonly<Record<string, unknown>> = {
    "/.well-known/openid-configuration": { issuer: url, jwks_uri: `${url}/keys` },
    "/keys": { keys: [keys.publicKey] },
  };
  const answer: RequestListener = (request, response) => {
    asked.push(request.url ?? "");
    const body = isUp ? bodies[request.url ?? ""] : undefined;
    response.writeHead(body === undefined ? 503 : 200).end(JSON.stringify(body));
  };
  server.on("request", answer);
  return {
    url,
    asked,
    publicKey: keys.publicKey,
    get isUp() {
      return isUp;
    },
    set isUp(value) {
      isUp = value;
    },
    tokenOf: (given) => keys.tokenOf(url, given),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
