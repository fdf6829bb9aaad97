import { expect, test } from "vitest";
import { meantByNpm } from "./npm-flags.ts";

const options = {
  symbol: { type: "string" },
  "idle-close": { type: "string" },
  headless: { type: "boolean" },
  yes: { type: "boolean" },
} as const;
const meant = (positionals: readonly string[], kept: Readonly<Record<string, string>>, takesFile = false) =>
  meantByNpm({ options, positionals, takesFile }, { npm_lifecycle_event: "bars", ...kept });

test.each([
  [["SPY"], { npm_config_symbol: "true" }, "npm run bars -- --symbol SPY"],
  [[], { npm_config_symbol: "SPY", npm_config_idle_close: "3" }, "npm run bars -- --symbol SPY --idle-close 3"],
  [
    ["3", "SPY"],
    { npm_config_symbol: "true", npm_config_idle_close: "true" },
    "npm run bars -- --symbol … --idle-close …",
  ],
  [["SPY", "IBM"], { npm_config_symbol: "true\n\ntrue" }, "npm run bars -- --symbol …"],
  [[], { npm_config_headless: "true", npm_config_yes: "true" }, "npm run bars -- --headless --yes"],
  [[], { npm_config_headless: "true", npm_lifecycle_event: "start" }, "npm start -- --headless"],
])("flags that npm kept are said again behind --: %j %j", (positionals, kept, line) => {
  expect(meant(positionals, kept)).toBe(line);
});

test("a file and a value are not taken for each other", () => {
  expect(meant(["a.csv", "3"], { npm_config_idle_close: "true" }, true)).toBe("npm run bars -- FILE --idle-close …");
});

test("what npm is told for itself is no flag of a command", () => {
  expect(
    meant(["SPY"], { npm_config_yes: "true", npm_config_cache: "/home/me/.npm", npm_config_symbol: "" }),
  ).toBeUndefined();
});
