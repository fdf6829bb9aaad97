import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { expect, test } from "vitest";
import { epochMs } from "#core/units.ts";
import { createSigner, encodeSegment, hashOf, type Credentials } from "./signature.ts";

const name = fc.string({
  unit: fc.constantFrom(...Array.from("abcdefghijklmnopqrstuvwxyz0123456789-")),
  minLength: 1,
  maxLength: 20,
});
const secret = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 60 });
// A header's ends are trimmed; a token has none to trim.
const token = fc.stringMatching(/^[A-Za-z0-9+/=]{1,300}$/);
const credentials: fc.Arbitrary<Credentials> = fc.record({
  accessKeyId: name,
  secretAccessKey: secret,
  sessionToken: fc.option(token, { nil: undefined }),
});
// Segments of dots alone are steps within a path.
const segment = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/^\.+$/.test(text));
const requests = fc.record({
  region: name,
  service: name,
  host: fc.oneof(
    fc.domain(),
    fc.tuple(fc.ipV4(), fc.nat(65_535)).map(([ip, port]) => `${ip}:${port}`),
  ),
  segments: fc.array(segment, { minLength: 1, maxLength: 4 }),
  body: fc.string({ unit: "grapheme", maxLength: 200 }),
});
const instant = fc.integer({ min: 0, max: Date.UTC(2100, 0) }).map(epochMs);

test("signs as the SDK's signer does, whatever was signed before", async () => {
  const property = fc.asyncProperty(
    requests,
    fc.array(fc.tuple(credentials, instant), { minLength: 1, maxLength: 3 }),
    async ({ region, service, host, segments, body }, signings) => {
      const sign = createSigner({ region, service, host });
      const path = `/${segments.map(encodeSegment).join("/")}`;
      for (const [identity, nowMs] of [...signings, ...signings]) {
        const post = { path, contentType: "application/octet-stream", payloadHash: hashOf(body) };
        const theirs = new SignatureV4({
          credentials: theirsOf(identity),
          region,
          service,
          sha256: Sha256,
          applyChecksum: false,
        });
        const headers = { host, "content-type": post.contentType };
        const request = { method: "POST", protocol: "https:", hostname: host, path, headers, body, query: {} };
        const signed = await theirs.sign(request, { signingDate: new Date(nowMs) });
        expect({ host, ...sign(post, identity, nowMs) }).toEqual(signed.headers);
      }
    },
  );
  await fc.assert(property, { numRuns: 200 });
});

const theirsOf = ({ sessionToken, ...identity }: Credentials) =>
  sessionToken === undefined ? identity : { ...identity, sessionToken };

test("encodes all of a segment that a path could misread", () => {
  expect(encodeSegment("L0SM9cOFvHcCIhw=")).toBe("L0SM9cOFvHcCIhw%3D");
  expect(encodeSegment("a+b/c@!'()*~-._ é")).toBe("a%2Bb%2Fc%40%21%27%28%29%2A~-._%20%C3%A9");
});
