import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buildLambdas, HANDLERS } from "./build.ts";

let root: string;

const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tapestream-build-"));
  await write("package.json", '{ "type": "module", "imports": { "#core/*": "./core/*" } }');
  await write("core/answer.ts", 'import { sep } from "./plain.cjs";\nexport const answer: string = `42${sep()}`;\n');
  await write("core/plain.cjs", 'exports.sep = () => require("node:path").posix.sep;\n');
  await write("data/trades.csv", "IBM,1\n");
  for (const handler of Object.values(HANDLERS)) {
    await write(handler, 'import { answer } from "#core/answer.ts";\nexport const handler = () => answer;\n');
  }
});

afterEach(() => rm(root, { recursive: true, force: true }));

describe("buildLambdas", () => {
  test("bundles every function into a module of its own that runs anywhere", async () => {
    const outDir = join(root, "elsewhere");
    const built = await buildLambdas({ root, outDir });
    expect(built.map(({ name }) => name)).toEqual(Object.keys(HANDLERS));
    await rm(join(root, "core"), { recursive: true });
    for (const { name, file, bytes } of built) {
      expect(file).toBe(join(outDir, name, "index.mjs"));
      expect(bytes).toBe((await readFile(file)).length);
      const module = (await import(pathToFileURL(file).href)) as { handler: () => string };
      expect(module.handler()).toBe("42/");
    }
  });

  test("bundles functions for other engines under names of their own, each with what its conditions choose", async () => {
    const imports = { "#engine": { keyspaces: "./core/keyspaces.ts", default: "./core/dynamodb.ts" } };
    await write("package.json", JSON.stringify({ type: "module", imports }));
    for (const name of ["keyspaces", "dynamodb"]) await write(`core/${name}.ts`, `export const engine = "${name}";\n`);
    for (const handler of [...Object.values(HANDLERS), "lambdas/ticks/topic.handler.ts"])
      await write(handler, 'import { engine } from "#engine";\nexport const handler = () => engine;\n');
    const built = await buildLambdas({ root, hasOtherEngines: true });
    const engines = await Promise.all(
      built.map(async ({ name, file }) => {
        const module = (await import(pathToFileURL(file).href)) as { handler: () => string };
        return [name, module.handler()] as const;
      }),
    );
    const ofKeyspaces = engines.filter(([, engine]) => engine === "keyspaces").map(([name]) => name);
    expect(ofKeyspaces.join(" ")).toBe(
      "fetcher-keyspaces aggregator-keyspaces ws-message-keyspaces ws-heartbeat-keyspaces " +
        "fetcher-keyspaces-msk aggregator-keyspaces-msk",
    );
    expect(engines.map(([name]) => name)).toEqual(
      expect.arrayContaining([...Object.keys(HANDLERS), "fetcher-msk", "aggregator-msk", "ticks-topic"]),
    );
    for (const name of ["fetcher", "fetcher-msk", "fetcher-keyspaces-msk"])
      expect(await readFile(join(root, "build/lambdas", name, "data/trades.csv"), "utf8")).toBe("IBM,1\n");
  });

  test("ships the trades with the fetcher", async () => {
    await buildLambdas({ root });
    expect(await readFile(join(root, "build/lambdas/fetcher/data/trades.csv"), "utf8")).toBe("IBM,1\n");
  });

  test("gives the same bytes for the same sources, wherever they are written", async () => {
    const [first] = await buildLambdas({ root });
    const before = await readFile(first!.file);
    const [second] = await buildLambdas({ root, outDir: join(root, "a/b/c") });
    expect(await readFile(second!.file)).toEqual(before);
  });

  test("leaves nothing behind of an earlier build", async () => {
    await write("build/lambdas/fetcher/data/old.csv", "");
    await buildLambdas({ root });
    await expect(readFile(join(root, "build/lambdas/fetcher/data/old.csv"))).rejects.toThrow("ENOENT");
  });

  test("rejects a missing handler by its name and path", async () => {
    await rm(join(root, HANDLERS["ws-message"]));
    await expect(buildLambdas({ root })).rejects.toMatchObject({
      code: "TAPE_FILE_UNREADABLE",
      message: "the handler of ws-message must be at lambdas/ws-broadcast/message.handler.ts, found nothing there",
    });
  });

  test("rejects missing trades", async () => {
    await rm(join(root, "data"), { recursive: true });
    await expect(buildLambdas({ root })).rejects.toThrow(
      "the folder of the trades that the fetcher ships with must be at data, found nothing there",
    );
  });

  test("rejects a source that does not compile with its place and problem", async () => {
    await write("core/answer.ts", "export const answer: string = ;\n");
    await expect(buildLambdas({ root })).rejects.toThrow('the handlers must compile: core/answer.ts:1: Unexpected ";"');
  });
});
