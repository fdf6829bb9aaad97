import { createHmac, createPublicKey } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SUBPROTOCOL, TOKEN_PREFIX } from "#core/protocol/subprotocol.ts";
import { durationMs } from "#core/units.ts";
import { openLocalCloud, type LocalCloud } from "#local/cloud.ts";
import { assemble, type Assembly } from "../cli/assemble.ts";
import { entranceOf, outcomeOf, tryConnect } from "./entrance.ts";
import { OWN_PAGE } from "./hostile/clients.ts";
import { openTokenIssuer, strangeKey, type TokenIssuer } from "./token-issuer.ts";

/* Strangers where sockets are opened by JSON Web Tokens, against the local cloud with the authorizer that is deployed. */

const PATIENT = { timeout: 60_000 };
const NOW_S = Math.floor(Date.now() / 1_000);

let issuer: TokenIssuer;
let assembly: Assembly;
let cloud: LocalCloud;
const logLines: string[] = [];
const tokens: string[] = [];

beforeAll(async () => {
  issuer = await openTokenIssuer();
  const settings = { access: "jwt", jwtIssuer: issuer.url, jwtAudiences: "tape", allowedOrigins: OWN_PAGE.origin };
  assembly = await assemble({ source: "sim:?trades=0", ...settings });
  cloud = await openLocalCloud({
    assemblyDir: assembly.dir,
    idleCloseMs: durationMs(100),
    onEvent: (event) => logLines.push(event.kind === "logged" ? event.line : JSON.stringify(event)),
  });
});

afterAll(async () => {
  await cloud?.[Symbol.asyncDispose]();
  await assembly?.[Symbol.asyncDispose]();
  await issuer?.[Symbol.asyncDispose]();
});

const show = (token: string, origin?: string) => {
  tokens.push(token);
  return outcomeOf(tryConnect(entranceOf(cloud), [SUBPROTOCOL, TOKEN_PREFIX + token], origin));
};

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Sealed with what everybody can read, as a careless server would check it. */
const sealedWithPublicKey = (): string => {
  const pem = createPublicKey({ key: issuer.publicKey, format: "jwk" }).export({ type: "spki", format: "pem" });
  const text = `${part({ alg: "HS256", kid: "one" })}.${part({ iss: issuer.url, aud: "tape", exp: NOW_S + 60 })}`;
  return `${text}.${createHmac("sha256", pem).update(text).digest("base64url")}`;
};

test("a token of the issuer opens a socket, and opens another one", PATIENT, async () => {
  const token = issuer.tokenOf();
  expect([await show(token), await show(token, OWN_PAGE.origin)]).toEqual(["open", "open"]);
});

test("who shows no good token does not connect, and the log says why", PATIENT, async () => {
  const [head = "", , seal = ""] = issuer.tokenOf().split(".");
  const cases: readonly (readonly [string, string])[] = [
    ["JwtParseError", issuer.tokenOf({ header: { alg: "none", kid: undefined } })],
    ["JwtParseError", issuer.tokenOf({ header: { alg: "none" } })],
    ["JwtInvalidSignatureAlgorithmError", sealedWithPublicKey()],
    ["JwtInvalidIssuerError", issuer.tokenOf({ claims: { iss: "https://elsewhere.example" } })],
    ["JwtInvalidAudienceError", issuer.tokenOf({ claims: { aud: "elsewhere" } })],
    ["JwtInvalidAudienceError", issuer.tokenOf({ claims: { aud: undefined } })],
    ["JwtInvalidAudienceError", issuer.tokenOf({ claims: { aud: ["", "elsewhere"] } })],
    ["JwtParseError", issuer.tokenOf({ claims: { aud: [{ tape: "tape" }] } })],
    ["JwtExpiredError", issuer.tokenOf({ claims: { exp: NOW_S - 1 } })],
    ["JwtNotBeforeError", issuer.tokenOf({ claims: { nbf: NOW_S + 600 } })],
    ["JwtInvalidSignatureError", issuer.tokenOf({ key: strangeKey() })],
    ["JwtInvalidSignatureError", `${head}.${part({ iss: issuer.url, aud: "tape", exp: NOW_S + 60 })}.${seal}`],
    ["JwtWithoutValidKidError", "e30.e30.c2VhbA"],
    ["JwtParseError", "x".repeat(6_000)],
  ];
  for (const [reason, token] of cases) {
    logLines.length = 0;
    expect([reason, await show(token)]).toEqual([reason, 403]);
    const said = logLines.find((line) => line.includes("a client may not connect")) ?? "";
    expect(said).toContain(`"code":"token-refused"`);
    expect(said).toContain(`"reason":"${reason}"`);
    for (const one of tokens) expect(said.includes(one.slice(-30))).toBe(false);
  }
});

test("a good token of a page elsewhere, none at all, and a ticket do not connect either", PATIENT, async () => {
  expect(await show(issuer.tokenOf(), "https://evil.example")).toBe(403);
  const connect = (protocols: readonly string[]) => outcomeOf(tryConnect(entranceOf(cloud), protocols));
  expect([await connect([]), await connect([SUBPROTOCOL]), await connect([SUBPROTOCOL, "ticket.x"])]).toEqual([
    401, 403, 403,
  ]);
});

test("keys that nobody has do not make the issuer be asked again and again", PATIENT, async () => {
  issuer.asked.length = 0;
  for (let count = 0; count < 8; count++)
    expect(await show(issuer.tokenOf({ header: { kid: `unknown-${count}` } }))).not.toBe("open");
  expect(issuer.asked.length).toBeLessThanOrEqual(2);
  expect(await show(issuer.tokenOf())).toBe("open");
});
