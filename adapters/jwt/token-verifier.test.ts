import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTokenIssuer, strangeKey, type TokenIssuer } from "#test/token-issuer.ts";
import { openTokenVerifier } from "./token-verifier.ts";

let issuer: TokenIssuer;

beforeAll(async () => {
  issuer = await openTokenIssuer();
});
afterAll(() => issuer[Symbol.asyncDispose]());

const nowS = Math.floor(Date.now() / 1_000);
const open = (audiences: readonly string[] = ["tape"]) => openTokenVerifier({ issuer: issuer.url, audiences });

describe("a token", () => {
  test("of the issuer, for us and in its time is valid, with its bearer's name", async () => {
    const verifier = open(["other", "tape"]);
    expect(await verifier.verify(issuer.tokenOf())).toEqual({ kind: "valid", subject: "ada" });
    const access = issuer.tokenOf({ claims: { aud: undefined, client_id: "tape", token_use: "access" } });
    expect(await verifier.verify(access)).toEqual({ kind: "valid", subject: "ada" });
  });

  test("of an issuer whose name ends in a slash is found to be its", async () => {
    const verifier = openTokenVerifier({ issuer: `${issuer.url}/`, audiences: ["tape"] });
    const token = issuer.tokenOf({ claims: { iss: `${issuer.url}/` } });
    expect(await verifier.verify(token)).toEqual({ kind: "valid", subject: "ada" });
  });

  test("rejects what is expired, early, of another issuer, for others, forged, unsigned or no token", async () => {
    const verifier = open();
    const [head = "", , seal = ""] = issuer.tokenOf().split(".");
    const [, otherBody = ""] = issuer.tokenOf({ claims: { sub: "eve" } }).split(".");
    const reasons = [
      [issuer.tokenOf({ claims: { exp: nowS - 60 } }), "JwtExpiredError"],
      [issuer.tokenOf({ claims: { nbf: nowS + 60 } }), "JwtNotBeforeError"],
      [issuer.tokenOf({ claims: { iss: "http://127.0.0.1:1" } }), "JwtInvalidIssuerError"],
      [issuer.tokenOf({ claims: { aud: "elsewhere" } }), "JwtInvalidAudienceError"],
      [issuer.tokenOf({ key: strangeKey() }), "JwtInvalidSignatureError"],
      [`${head}.${otherBody}.${seal}`, "JwtInvalidSignatureError"],
      [issuer.tokenOf({ header: { alg: "none", kid: undefined } }), "JwtParseError"],
      [issuer.tokenOf({ header: { kid: "two" } }), "KidNotFoundInJwksError"],
      ["", "JwtParseError"],
    ] as const;
    for (const [token, reason] of reasons) {
      expect([reason, await verifier.verify(token)]).toEqual([reason, { kind: "refused", reason }]);
    }
  });

  test("cannot be judged while the issuer does not answer, and can be again afterwards", async () => {
    const verifier = open();
    issuer.isUp = false;
    await expect(verifier.verify(issuer.tokenOf())).rejects.toMatchObject({
      code: "TAPE_SECRET_UNAVAILABLE",
      isRetryable: true,
    });
    issuer.isUp = true;
    expect(await verifier.verify(issuer.tokenOf())).toEqual({ kind: "valid", subject: "ada" });
  });
});
