import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readDashboardConfig, type DashboardConfig } from "#core/protocol/dashboard-config.ts";
import { durationMs } from "#core/units.ts";
import { siteFiles } from "./site.ts";

let dir: string;

const config: DashboardConfig = {
  webSocketUrl: "wss://abc.execute-api.us-east-1.amazonaws.com/prod",
  symbols: ["IBM"],
  intervals: ["10s"],
  source: "simulated trades",
  connectionMs: durationMs(7_200_000),
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "tapestream-site-"));
  for (const name of ["index.html", "main.js", "part-ABC123DE.js", "style.css", "icon.svg", "notices.txt"])
    await writeFile(join(dir, name), name);
});

afterAll(() => rm(dir, { recursive: true, force: true }));

test("what a file names is put before it, the page last", async () => {
  const names = (await siteFiles(dir, config)).map(({ name }) => name);
  expect([names[0], names.at(-1)]).toEqual(["part-ABC123DE.js", "index.html"]);
  expect(names).toContain("config.json");
});

test("a part is kept for ever, everything else is asked for again each time", async () => {
  const files = await siteFiles(dir, config);
  const kept = files.filter(({ cacheControl }) => cacheControl === "public, max-age=31536000, immutable");
  expect(kept.map(({ name }) => name)).toEqual(["part-ABC123DE.js"]);
  expect(files.filter(({ cacheControl }) => cacheControl === "no-cache")).toHaveLength(files.length - 1);
});

test("each file says what it is", async () => {
  const types = (await siteFiles(dir, config)).map(({ name, contentType }) => `${name} ${contentType}`);
  expect(types.toSorted()).toEqual([
    "config.json application/json",
    "icon.svg image/svg+xml",
    "index.html text/html; charset=utf-8",
    "main.js text/javascript; charset=utf-8",
    "notices.txt text/plain; charset=utf-8",
    "part-ABC123DE.js text/javascript; charset=utf-8",
    "style.css text/css; charset=utf-8",
  ]);
});

test("the page can read its config.json", async () => {
  const file = (await siteFiles(dir, config)).find(({ name }) => name === "config.json");
  expect(readDashboardConfig(JSON.parse(String(file?.body)))).toMatchObject(config);
});
