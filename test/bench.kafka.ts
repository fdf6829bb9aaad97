import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { expect, inject, test } from "vitest";
import { openTemporaryDir } from "#local/temporary-dir.ts";
import { FIGURE_NAMES } from "../bench/registry.ts";
import type { Report } from "../bench/report.ts";
import { runCommandLine } from "./command.ts";

test("npm run bench measures workers between Kafka and Cassandra, every bar as the oracle says", async () => {
  await using folder = await openTemporaryDir("bench-kafka-");
  const file = join(folder.dir, "report.json");
  const environment = {
    KAFKA_BROKERS: inject("kafka").address,
    CASSANDRA_CONTACT_POINTS: inject("cassandra").address,
    CASSANDRA_DATA_CENTER: inject("cassandra").dataCenter,
  };
  const args = ["--quick", "--only=kafka", `--json=${file}`];
  const { code, stderr } = await runCommandLine("bench", args, { environment });
  expect([code, stderr.includes("RangeError")]).toEqual([0, false]);
  const { results } = JSON.parse(await readFile(file, "utf8")) as Report;
  const wanted = FIGURE_NAMES.filter((name) => name.startsWith("kafka."));
  expect([...new Set(results.map(({ name }) => name))].toSorted()).toEqual(wanted.toSorted());
  for (const { median } of results) expect(median).toBeGreaterThan(0);
});
