import { defineConfig } from "vitest/config";

/** What must not be late or must not take more than it says, and pages, whose readers wait: nothing runs beside it. */
const ALONE = ["test/rate.long.ts", "test/load.long.ts", "test/dashboard-!(heap|restart).long.ts"];
const PROOFS = ["test/**/*.long.ts", "infra/**/*.long.ts", "test/model/model.test.ts", "test/real/real.test.ts"];

/**
 * The longer proofs: the whole real day, some seeds of chaos, a thousand runs of each fault class of the model, a hundred
 * seeds of the real app on real engines, and what is promised at full load. Those that wait for clocks and engines about as
 * much as they compute run two at a time.
 */
export default defineConfig({
  test: {
    env: { LC_ALL: "C.UTF-8", MODEL_RUNS: "1000", REAL_RUNS: "100" },
    // More than any poll is patient, so that a slow machine is no failure.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxConcurrency: 3,
    projects: [
      { extends: true, test: { name: "alone", include: ALONE, maxWorkers: 1, sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: { name: "proofs", include: PROOFS, exclude: ALONE, maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
