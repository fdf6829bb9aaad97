import { expect, test } from "vitest";
import { readDashboardConfig } from "./dashboard-config.ts";

const least = { webSocketUrl: "socket", symbols: ["IBM"], intervals: ["1m"] };

test("what may be left out has a default", () => {
  expect(readDashboardConfig(least)).toEqual({
    ...least,
    source: "",
    connectionMs: 7_200_000,
    hasOwnSymbols: false,
    passes: undefined,
  });
});

test("tickets are to be had where it says so", () => {
  expect(readDashboardConfig({ ...least, ticketsUrl: "tickets" }).ticketsUrl).toBe("tickets");
  expect(readDashboardConfig({ ...least, ticketsUrl: 7 }).ticketsUrl).toBeUndefined();
});

test("readers sign in where it says so", () => {
  const signIn = { issuer: "https://issuer.example", clientId: "desk", scopes: ["openid"] };
  expect(readDashboardConfig({ ...least, signIn }).signIn).toEqual(signIn);
});

test("passes are read where they are whole", () => {
  const passes = { beginMs: 1_381_152_600_007, everyMs: 3_600_000 };
  expect(readDashboardConfig({ ...least, passes }).passes).toEqual(passes);
  for (const wrong of [null, 7, {}, { beginMs: 1 }, { beginMs: 1, everyMs: 0 }, { beginMs: "1", everyMs: 1 }])
    expect(readDashboardConfig({ ...least, passes: wrong }).passes).toBeUndefined();
});

test.each([
  ["webSocketUrl must be a URL", { ...least, webSocketUrl: "" }],
  ["symbols must be texts", { ...least, symbols: [7] }],
  ["intervals must be at least one text", { ...least, intervals: [] }],
  ["webSocketUrl must be a URL", null],
  ["signIn must name issuer, clientId and scopes", { ...least, signIn: { issuer: "https://issuer.example" } }],
])("rejects what lacks something: %s", (sentence, value) => {
  expect(() => readDashboardConfig(value)).toThrow(sentence);
});
