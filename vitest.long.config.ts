import { defineConfig } from "vitest/config";

/** The longer proofs: the whole real day, and a thousand runs of each fault class of the model. */
export default defineConfig({
  test: {
    include: ["test/**/*.long.ts", "test/model/model.test.ts"],
    env: { MODEL_RUNS: "1000" },
    hookTimeout: 60_000,
    pool: "forks",
    fileParallelism: false,
  },
});
