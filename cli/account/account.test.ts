import { describe, expect, test } from "vitest";
import { asked, askedOr } from "./account.ts";

const failure = (name: string, message: string): Error => Object.assign(new Error(message), { name });

describe("a failure of AWS becomes one sentence", () => {
  test.each([
    [
      "Error",
      "Region is missing",
      "a region must be named, was not: set AWS_REGION, like us-east-1 (docs/deployment.md has what it takes)",
    ],
    [
      "CredentialsProviderError",
      "Could not load credentials from any providers",
      "AWS credentials must be found, were not: sign in, or set AWS_PROFILE; Could not load credentials from any providers (docs/deployment.md has what it takes)",
    ],
    [
      "ExpiredTokenException",
      "The security token included in the request is expired",
      "AWS credentials must hold, did not (ExpiredTokenException): sign in again",
    ],
    [
      "AccessDenied",
      "User is not authorized\nmore",
      "S3 must answer, failed with AccessDenied: User is not authorized",
    ],
  ])("%s: %s", async (name, message, sentence) => {
    const request = asked("S3", () => Promise.reject(failure(name, message)));
    await expect(request).rejects.toMatchObject({ code: "TAPE_ACCOUNT_UNAVAILABLE", message: sentence });
  });
});

test("one failure may be an answer, and no other", async () => {
  const isAbsent = ({ name }: Error): boolean => name === "NoSuchBucket";
  const ask = (name: string) => askedOr("S3", isAbsent, () => Promise.reject(failure(name, "gone")));
  await expect(ask("NoSuchBucket")).resolves.toBeUndefined();
  await expect(ask("Throttling")).rejects.toMatchObject({ message: "S3 must answer, failed with Throttling: gone" });
});
