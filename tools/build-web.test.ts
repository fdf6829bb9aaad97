import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { openTemporaryDir } from "#local/temporary-dir.ts";
import { buildWeb } from "./build-web.ts";

const MAX_INITIAL_JS_BYTES = 75_000;
const STATIC_IMPORT = /(?:from|import)\s*"\.\/([^"]+)"/gu;

/** The scripts that a browser must have before the page begins, `main.js` and what it imports at once. */
const initialScripts = async (dir: string): Promise<ReadonlyMap<string, Uint8Array>> => {
  const scripts = new Map<string, Uint8Array>();
  const waiting = ["main.js"];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (scripts.has(name)) continue;
    const bytes = await readFile(join(dir, name));
    scripts.set(name, bytes);
    for (const [, imported] of bytes.toString().matchAll(STATIC_IMPORT)) waiting.push(basename(imported!));
  }
  return scripts;
};

test("a browser loads at most 75 kB of script, packed, before the page begins", async () => {
  const folder = await openTemporaryDir("build-web-");
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const scripts = await initialScripts(await buildWeb({ outDir: folder.dir }));
  const packedBytes = [...scripts.values()].reduce((sum, script) => sum + gzipSync(script).length, 0);
  expect(packedBytes).toBeGreaterThan(50_000);
  expect(packedBytes).toBeLessThanOrEqual(MAX_INITIAL_JS_BYTES);
});
