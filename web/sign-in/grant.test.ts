import { expect, test } from "vitest";
import { dueMs, shownToken } from "./grant.ts";

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const tokenOf = (claims: object): string => `${part({ alg: "RS256" })}.${part({ sub: "ä?>", ...claims })}.seal`;

const NOW_MS = 1_000_000_000;
const [issued, other] = [tokenOf({ iat: 5_000, exp: 5_600 }), tokenOf({ iat: 5_000, exp: 5_060 })];

test("the access token is shown where it can be checked, else the ID token", () => {
  expect(shownToken(issued, other, NOW_MS)?.token).toBe(issued);
  expect(shownToken("opaque", other, NOW_MS)?.token).toBe(other);
  // an encrypted one has five parts
  expect(shownToken("a.b.c.d.e", other, NOW_MS)?.token).toBe(other);
  expect(shownToken("a.b.c", other, NOW_MS)?.token).toBe(other);
  expect(shownToken("opaque", undefined, NOW_MS)).toBeUndefined();
  expect(shownToken(tokenOf({ exp: "soon" }), undefined, NOW_MS)).toBeUndefined();
});

test("a token lives as long as its issuer says, whatever this machine's clock shows", () => {
  expect(shownToken(issued, undefined, NOW_MS)?.untilMs).toBe(NOW_MS + 600_000);
  expect(shownToken(tokenOf({ exp: 1_000_060 }), undefined, NOW_MS)?.untilMs).toBe(NOW_MS + 60_000);
});

test("what can be renewed is renewed before it ends", () => {
  const grant = { token: issued, untilMs: NOW_MS + 600_000 };
  expect(dueMs(grant, NOW_MS)).toBe(NOW_MS + 600_000);
  expect(dueMs({ ...grant, renewal: "more" }, NOW_MS)).toBe(NOW_MS + 480_000);
});
