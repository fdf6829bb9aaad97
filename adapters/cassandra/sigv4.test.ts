import { describe, expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import { SigV4AuthProvider, signNonce } from "./sigv4.ts";

const NONCE = "91703fdc2ef562e19fbdab0f58e42fe5";
const NOW = epochMs(Date.UTC(2020, 5, 9, 22, 41, 51));
const credentials = { accessKeyId: "UserID-1", secretAccessKey: "UserSecretKey-1" };

// What Amazon's own plugin signs: https://github.com/aws/aws-sigv4-auth-cassandra-nodejs-driver-plugin/blob/main/test/unit/sigv4-auth-signature-tests.js
const PUBLISHED =
  "signature=7f3691c18a81b8ce7457699effbfae5b09b4e0714ab38c1292dbdf082c9ddd87," +
  "access_key=UserID-1,amzdate=2020-06-09T22:41:51.000Z";

const answerTo = (challenge: string, sessionToken?: string): Promise<string> => {
  const provider = new SigV4AuthProvider({
    region: "us-west-2",
    credentials: async () => ({ ...credentials, sessionToken }),
    clock: { nowMs: () => NOW },
  });
  return new Promise((resolve, reject) => {
    provider.newAuthenticator().evaluateChallenge(Buffer.from(challenge), (error: Error | null, answer?: Buffer) => {
      if (error) reject(error);
      else resolve(answer!.toString());
    });
  });
};

describe("the signature of a nonce", () => {
  test("is what Amazon published for one", () => {
    expect(signNonce(NONCE, "us-west-2", credentials, NOW)).toBe(PUBLISHED);
  });

  test("is another for another secret, region, nonce or instant", () => {
    const others = [
      signNonce(NONCE, "us-west-2", { ...credentials, secretAccessKey: "other" }, NOW),
      signNonce(NONCE, "us-east-1", credentials, NOW),
      signNonce("0", "us-west-2", credentials, NOW),
      signNonce(NONCE, "us-west-2", credentials, epochMs(NOW + 1)),
    ];
    expect(new Set([...others, PUBLISHED]).size).toBe(5);
  });
});

describe("the authenticator", () => {
  test("says by which mechanism it answers", () => {
    const provider = new SigV4AuthProvider({
      region: "us-west-2",
      credentials: async () => credentials,
      clock: { nowMs: () => NOW },
    });
    let first: Buffer | undefined;
    provider.newAuthenticator().initialResponse((_: unknown, token: Buffer) => (first = token));
    expect(first?.toString()).toBe("SigV4\0\0");
  });

  test("finds the nonce among what else a challenge says, and adds the token of temporary credentials", async () => {
    expect(await answerTo(`nonce=${NONCE}`)).toBe(PUBLISHED);
    expect(await answerTo(`a=1,nonce=${NONCE},b=2`, "token-1")).toBe(`${PUBLISHED},session_token=token-1`);
  });

  test("rejects a challenge without a nonce", async () => {
    await expect(answerTo("hello")).rejects.toMatchObject({ code: "TAPE_STORE_UNAVAILABLE" });
  });
});
