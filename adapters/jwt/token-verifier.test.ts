import { createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTokenVerifier } from "./token-verifier.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const strange = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;

let issuer: string;
let isDown = false;
const server = createServer((request, response) => {
  const bodies: Record<string, unknown> = {
    "/.well-known/openid-configuration": { issuer, jwks_uri: `${issuer}/keys` },
    "/keys": { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: "RS256" }] },
  };
  const body = isDown ? undefined : bodies[request.url ?? ""];
  response.writeHead(body === undefined ? 503 : 200).end(JSON.stringify(body));
});

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const nowS = Math.floor(Date.now() / 1_000);

const tokenOf = (claims: object = {}, key: KeyObject = privateKey, kid = "one"): string => {
  const body = { iss: issuer, aud: "tape", sub: "ada", exp: nowS + 60, ...claims };
  const text = `${part({ alg: "RS256", kid })}.${part(body)}`;
  return `${text}.${createSign("RSA-SHA256").update(text).sign(key, "base64url")}`;
};

describe("a token", () => {
  test("of the issuer, for us and in its time is valid, with its bearer's name", async () => {
    const verifier = openTokenVerifier({ issuer, audiences: ["other", "tape"] });
    expect(await verifier.verify(tokenOf())).toEqual({ kind: "valid", subject: "ada" });
    const access = tokenOf({ aud: undefined, client_id: "tape", token_use: "access" });
    expect(await verifier.verify(access)).toEqual({ kind: "valid", subject: "ada" });
  });

  test("rejects what is expired, early, of another issuer, for others, forged, unsigned or no token", async () => {
    const verifier = openTokenVerifier({ issuer, audiences: ["tape"] });
    const [head = "", body = "", seal = ""] = tokenOf().split(".");
    const reasons = [
      [tokenOf({ exp: nowS - 60 }), "JwtExpiredError"],
      [tokenOf({ nbf: nowS + 60 }), "JwtNotBeforeError"],
      [tokenOf({ iss: "http://127.0.0.1:1" }), "JwtInvalidIssuerError"],
      [tokenOf({ aud: "elsewhere" }), "JwtInvalidAudienceError"],
      [tokenOf({}, strange), "JwtInvalidSignatureError"],
      [`${head}.${part({ iss: issuer, aud: "tape", sub: "eve", exp: nowS + 60 })}.${seal}`, "JwtInvalidSignatureError"],
      [`${part({ alg: "none" })}.${body}.`, "JwtParseError"],
      [tokenOf({}, privateKey, "two"), "KidNotFoundInJwksError"],
      ["", "JwtParseError"],
    ] as const;
    for (const [token, reason] of reasons) {
      expect([reason, await verifier.verify(token)]).toEqual([reason, { kind: "refused", reason }]);
    }
  });

  test("cannot be judged while the issuer does not answer, and can be again afterwards", async () => {
    const verifier = openTokenVerifier({ issuer, audiences: ["tape"] });
    isDown = true;
    await expect(verifier.verify(tokenOf())).rejects.toMatchObject({
      code: "TAPE_SECRET_UNAVAILABLE",
      isRetryable: true,
    });
    isDown = false;
    expect(await verifier.verify(tokenOf())).toEqual({ kind: "valid", subject: "ada" });
  });
});
