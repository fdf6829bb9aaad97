import { defineConfig } from "vitest/config";

/**
 * The longer proofs: the whole real day, some seeds of chaos, a thousand runs of each fault class of the model, and a
 * hundred seeds of the real app on real engines.
 */
export default defineConfig({
  test: {
    include: ["test/**/*.long.ts", "infra/**/*.long.ts", "test/model/model.test.ts", "test/real/real.test.ts"],
    env: { MODEL_RUNS: "1000", REAL_RUNS: "100" },
    hookTimeout: 60_000,
    pool: "forks",
    maxConcurrency: 3,
    fileParallelism: false,
  },
});
