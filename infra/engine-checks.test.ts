import { expect, test } from "vitest";
import { readConfig } from "./read-config.ts";

test("every store goes with every stream", () => {
  for (const store of ["dynamodb", "keyspaces"])
    for (const settings of [{ stream: "kinesis" }, { stream: "msk", arrivalWindowSeconds: 0 }])
      expect(readConfig({ store, ...settings })).toMatchObject({ store, ...settings });
});

test.each([
  [{ stream: "msk" }, "arrivalWindowSeconds must be 0 with stream msk, over which Lambda has no windows, was 15"],
  [
    { stream: "msk", arrivalWindowSeconds: 0, fanOut: "both" },
    'fanOut must be none or broadcast with stream msk, which Kinesis\'s consumers cannot read, was "both"',
  ],
  [
    { stream: "msk", arrivalWindowSeconds: 0, retryAttempts: 3 },
    "retryAttempts must be -1 with stream msk, whose batches are tried until they succeed, was 3",
  ],
  [
    { store: "keyspaces", intervals: "1m:7299d" },
    'intervals must be kept for at most 7298d with store keyspaces, was "1m:7299d"',
  ],
  [
    { store: "keyspaces", rejectedKeep: "8000d" },
    'rejectedKeep must be at most 7298d with store keyspaces, was "8000d"',
  ],
  [{ store: "sqlite" }, 'store must be dynamodb or keyspaces, was "sqlite"'],
])("rejects %j", (settings, message) => {
  expect(() => readConfig(settings)).toThrow(expect.objectContaining({ code: "TAPE_CONFIG_INVALID", message }));
});
