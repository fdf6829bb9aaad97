import { defineConfig } from "vitest/config";

/** What computes alone can share a worker; what starts engines, browsers and processes has one of its own. */
const PURE = "{core,lambdas,workers,tools,web}/**/*.test.ts";
const REAL = "{adapters,local,infra,cli,test}/**/*.test.ts";

export default defineConfig({
  test: {
    // The words of a page are those of its reader's language: here of one that every machine has.
    env: { LC_ALL: "C.UTF-8" },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    // Many files wait for clocks and engines more than they compute.
    maxWorkers: 2,
    maxConcurrency: 4,
    projects: [
      { extends: true, test: { name: "pure", include: [PURE], isolate: false } },
      { extends: true, test: { name: "real", include: [REAL] } },
    ],
  },
});
