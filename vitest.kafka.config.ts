import { defineConfig } from "vitest/config";

/** What needs a real Kafka broker and a real Cassandra node: Java 17 or later, and Maven to fetch them once. */
export default defineConfig({
  test: {
    include: ["{adapters,local,workers,test}/**/*.kafka.ts"],
    globalSetup: ["test/jvm-engines.ts"],
    env: { LC_ALL: "C.UTF-8" },
    testTimeout: 300_000,
    hookTimeout: 120_000,
    pool: "forks",
    fileParallelism: false,
  },
});
