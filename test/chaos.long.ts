import { expect, test } from "vitest";
import { runCommandLine } from "./command.ts";

test.each([1, 2, 3])(
  "seed %i ends with every bar of store and client equal under every fault",
  { timeout: 180_000 },
  async (seed) => {
    const { code, stdout } = await runCommandLine("chaos", ["--seed", String(seed), "--for", "30"]);
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/bars at the client +[\d,]+ of [\d,]+ compared, 0 unequal/);
  },
);
