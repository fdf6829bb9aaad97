import { defineConfig } from "vitest/config";

/** How much of `core/` its own tests reach; less fails. */
export default defineConfig({
  test: {
    include: ["core/**/*.test.ts"],
    testTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
    coverage: {
      provider: "v8",
      include: ["core/**/*.ts"],
      exclude: ["core/**/*.test.ts", "core/**/*.contract.ts"],
      reporter: ["text-summary", "json-summary"],
      reportsDirectory: ".cache/coverage",
      thresholds: { statements: 98, branches: 96, functions: 98, lines: 98 },
    },
  },
});
