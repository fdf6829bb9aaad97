import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FIGURE_NAMES } from "../bench/registry.ts";
import type { Report } from "../bench/report.ts";
import { runCommandLine } from "./command.ts";

const LONG = ["pipeline", "latency", "socket", "connect"];

test("npm run bench measures a pipeline at work", { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  try {
    const file = join(folder, "report.json");
    const { code } = await runCommandLine("bench", ["--quick", `--only=${LONG.join()}`, `--json=${file}`]);
    const { results } = JSON.parse(await readFile(file, "utf8")) as Report;
    const wanted = FIGURE_NAMES.filter((name) => LONG.some((prefix) => name.startsWith(prefix)));
    expect([code, [...new Set(results.map(({ name }) => name))].toSorted()]).toEqual([0, wanted.toSorted()]);
    // A function that was asked once has used no more CPU while its cores were counted.
    const isIdle = ({ name, median }: Report["results"][number]): boolean => name === "pipeline.cores" && median === 0;
    for (const figure of results.filter((figure) => !isIdle(figure))) expect(figure.median).toBeGreaterThan(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
