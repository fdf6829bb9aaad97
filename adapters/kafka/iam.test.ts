import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import { iamSecurity, iamToken } from "./iam.ts";

const name = fc.stringMatching(/^[a-z0-9-]{1,20}$/);
const identities = fc.record({
  accessKeyId: name,
  secretAccessKey: fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 60 }),
  sessionToken: fc.option(fc.stringMatching(/^[A-Za-z0-9+/=!'()*]{1,100}$/), { nil: undefined }),
});
const instants = fc.integer({ min: 0, max: Date.UTC(2100, 0) }).map(epochMs);

const queryOf = (token: string): Record<string, string> => {
  const url = new URL(Buffer.from(token, "base64url").toString());
  return Object.fromEntries(url.searchParams);
};

test("a token is the URL that the SDK's signer signs", async () => {
  const property = fc.asyncProperty(name, identities, instants, async (region, identity, nowMs) => {
    const { sessionToken, ...rest } = identity;
    const credentials = sessionToken === undefined ? rest : { ...rest, sessionToken };
    const host = `kafka.${region}.amazonaws.com`;
    const signer = new SignatureV4({
      credentials,
      region,
      service: "kafka-cluster",
      sha256: Sha256,
      applyChecksum: false,
    });
    const request = { method: "GET", protocol: "https:", hostname: host, path: "/", headers: { host } };
    const query = { Action: "kafka-cluster:Connect" };
    const options = { signingDate: new Date(nowMs), expiresIn: 900 };
    const signed = await signer.presign({ ...request, query }, options);
    const { "User-Agent": agent, ...ours } = queryOf(iamToken(region, identity, nowMs));
    expect(ours).toEqual(signed.query);
    expect(agent).toBe("tapestream");
  });
  await fc.assert(property, { numRuns: 200 });
});

test("each connection gets a token by the credentials of its moment, over TLS", async () => {
  const secrets = ["one", "two"];
  const { tls, sasl } = iamSecurity({
    region: "eu-west-1",
    credentials: async () => ({ accessKeyId: secrets.shift()!, secretAccessKey: "secret" }),
    clock: { nowMs: () => epochMs(0) },
  });
  const token = sasl!.token as () => Promise<string>;
  const keys = [queryOf(await token()), queryOf(await token())].map((query) => query["X-Amz-Credential"]);
  expect(tls).toEqual({});
  expect(sasl!.mechanism).toBe("OAUTHBEARER");
  expect(keys).toEqual([
    "one/19700101/eu-west-1/kafka-cluster/aws4_request",
    "two/19700101/eu-west-1/kafka-cluster/aws4_request",
  ]);
});
