import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { asked, askedOr } from "./account.ts";

const failure = (name: string, message: string): Error => Object.assign(new Error(message), { name });

beforeEach(() => {
  vi.stubEnv("AWS_PROFILE", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

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

test("credentials that are not found are those of the profile that is named", async () => {
  vi.stubEnv("AWS_PROFILE", "nope");
  const request = asked("AWS", () => Promise.reject(failure("CredentialsProviderError", "Could not load credentials")));
  await expect(request).rejects.toThrow(
    "AWS credentials must be found, were not for the profile nope that AWS_PROFILE names: sign in to it, or name another; Could not load credentials (",
  );
});
