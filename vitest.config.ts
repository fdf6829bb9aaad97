import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{core,adapters,lambdas,workers,local,infra,cli,tools,web,test}/**/*.test.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: "forks",
    // Many files wait for clocks and engines more than they compute.
    maxWorkers: 2,
    maxConcurrency: 4,
  },
});
