import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openIssuer, RefusedSignIn } from "./issuer.ts";

const ISSUER = "https://issuer.example";
const HOME = "https://desk.example/";
const ABOUT = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize?tenant=1`,
  token_endpoint: `${ISSUER}/token`,
  end_session_endpoint: `${ISSUER}/end`,
  revocation_endpoint: `${ISSUER}/revoke`,
};

type Answers = Readonly<Record<string, () => Response>>;

let answers: Answers;
const asked: (readonly [string, string])[] = [];

const json = (body: unknown, status = 200): Response => Response.json(body, { status });

beforeEach(() => {
  asked.length = 0;
  answers = { "/.well-known/openid-configuration": () => json(ABOUT) };
  vi.stubGlobal("fetch", async (url: string | URL, init?: { readonly body?: URLSearchParams }) => {
    const { pathname } = new URL(url);
    asked.push([pathname, init?.body?.toString() ?? ""]);
    const answer = answers[pathname];
    if (answer === undefined) throw new TypeError("fetch failed");
    return answer();
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const open = () => openIssuer({ issuer: ISSUER, clientId: "desk", scopes: ["openid", "email"] }, HOME);

const nowS = Math.floor(Date.now() / 1_000);
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const idToken = (claims: object): string =>
  `${part({ alg: "RS256" })}.${part({ iss: ISSUER, aud: "desk", sub: "ada", iat: nowS, exp: nowS + 60, ...claims })}.seal`;

test("a reader is sent to sign in with a challenge, and the code is exchanged with what answers it", async () => {
  const issuer = open();
  const { address, begun } = await issuer.begin();
  const params = Object.fromEntries(address.searchParams);
  expect(address.href).toMatch(/^https:\/\/issuer\.example\/authorize\?tenant=1&/);
  expect(params).toMatchObject({
    client_id: "desk",
    redirect_uri: HOME,
    response_type: "code",
    scope: "openid email",
    state: begun.state,
    nonce: begun.nonce,
    code_challenge_method: "S256",
  });
  expect(params["code_challenge"]).not.toBe(begun.verifier);
  const id_token = idToken({ nonce: begun.nonce });
  const tokens = { access_token: "opaque", token_type: "Bearer", id_token, refresh_token: "r" };
  answers = { ...answers, "/token": () => json(tokens) };
  const grant = await issuer.finish(new URLSearchParams({ code: "c", state: begun.state }), begun);
  expect(grant).toMatchObject({ token: id_token, renewal: "r" });
  const [, body] = asked.find(([path]) => path === "/token")!;
  expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
    grant_type: "authorization_code",
    client_id: "desk",
    code: "c",
    code_verifier: begun.verifier,
    redirect_uri: HOME,
  });
  // the document is read once
  expect(asked.map(([path]) => path)).toEqual(["/.well-known/openid-configuration", "/token"]);
});

test("an issuer that gives no new renewal leaves the one that there is", async () => {
  answers = { ...answers, "/token": () => json({ access_token: idToken({}), token_type: "Bearer" }) };
  expect(await open().renew("r")).toMatchObject({ renewal: "r" });
});

test("who signs out has his renewal revoked, and no token in the address", async () => {
  answers = { ...answers, "/revoke": () => json({}) };
  const address = await open().end("r");
  expect(address?.href).toBe(
    `${ISSUER}/end?client_id=desk&post_logout_redirect_uri=https%3A%2F%2Fdesk.example%2F&logout_uri=https%3A%2F%2Fdesk.example%2F`,
  );
  expect(asked.at(-1)).toEqual(["/revoke", "token=r&client_id=desk"]);
});

const begun = { state: "s", nonce: "n", verifier: "v".repeat(43) };
const good = { access_token: "opaque", token_type: "Bearer" };

test.each<readonly [string, RegExp, Record<string, string>, Answers]>([
  [
    "a reader who gave up",
    /^The issuer refused: Nobody here\.$/,
    { error: "access_denied", error_description: "Nobody here. " },
    {},
  ],
  ["an error without words", /^The issuer refused: access_denied\.$/, { error: "access_denied" }, {}],
  ["another's answer", /cannot be trusted: unexpected "state"/, { code: "c", state: "other" }, {}],
  [
    "a code that is used up",
    /^The issuer refused: invalid_grant\.$/,
    {},
    { "/token": () => json({ error: "invalid_grant" }, 400) },
  ],
  [
    "another's ID token",
    /cannot be trusted/,
    {},
    { "/token": () => json({ ...good, id_token: idToken({ nonce: "other" }) }) },
  ],
  [
    "one for another client",
    /cannot be trusted/,
    {},
    { "/token": () => json({ ...good, id_token: idToken({ nonce: "n", aud: "x" }) }) },
  ],
])("rejects %s in a sentence", async (_, words, given, more) => {
  answers = { ...answers, ...more };
  const answer = new URLSearchParams({ state: "s", ...("error" in given ? {} : { code: "c" }), ...given });
  const finished = open().finish(answer, begun);
  await expect(finished).rejects.toThrow(words);
  await expect(finished).rejects.toBeInstanceOf(RefusedSignIn);
});

test("an issuer that does not answer, is failing or too busy may be asked again", async () => {
  const issuer = open();
  for (const answer of [undefined, () => json({}, 503), () => json({}, 429)]) {
    answers = {
      "/.well-known/openid-configuration": answers["/.well-known/openid-configuration"]!,
      ...(answer && { "/token": answer }),
    };
    await expect(issuer.renew("r")).rejects.not.toBeInstanceOf(RefusedSignIn);
  }
  answers = {};
  const other = open();
  await expect(other.begin()).rejects.toBeInstanceOf(TypeError);
  answers = { "/.well-known/openid-configuration": () => json(ABOUT) };
  expect((await other.begin()).address.host).toBe("issuer.example");
});
