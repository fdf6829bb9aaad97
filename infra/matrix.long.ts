import { afterAll, beforeAll, expect, test } from "vitest";
import { openBundles, type Bundles } from "./bundles.fixture.ts";
import { engineSettings, everySettings, synthesizeChecked } from "./matrix.fixture.ts";

let bundles: Bundles;

beforeAll(async () => {
  bundles = await openBundles();
});

afterAll(() => bundles[Symbol.asyncDispose]());

test.each([...engineSettings(), ...everySettings()])(
  "passes every check with %j",
  (settings) => {
    expect(synthesizeChecked(bundles, settings)).toHaveLength(settings["hasDashboard"] === true ? 3 : 2);
  },
  60_000,
);
