import { cp, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { build } from "esbuild";
import { PipelineError } from "#core/errors.ts";

/** Every Lambda function and the file that exports its `handler`, relative to the repository. */
export const HANDLERS = {
  fetcher: "lambdas/fetcher/handler.ts",
  aggregator: "lambdas/aggregator/handler.ts",
  "ws-authorizer": "lambdas/authorizer/handler.ts",
  tickets: "lambdas/authorizer/tickets.handler.ts",
  "ticket-rotation": "lambdas/authorizer/rotation.handler.ts",
  "ws-connect": "lambdas/ws-broadcast/connect.handler.ts",
  "ws-disconnect": "lambdas/ws-broadcast/disconnect.handler.ts",
  "ws-message": "lambdas/ws-broadcast/message.handler.ts",
  "ws-broadcast": "lambdas/ws-broadcast/broadcast.handler.ts",
  "ws-heartbeat": "lambdas/ws-broadcast/heartbeat.handler.ts",
} as const;

/**
 * What else functions can be built to speak to than DynamoDB and Kinesis: by conditions, upon which package.json says what
 * `#stores` and `#ticks` are. The bundles of those that care bear the conditions in their names: `aggregator-keyspaces-msk`.
 */
const OTHER_ENGINES = [
  { conditions: ["keyspaces"], names: ["fetcher", "aggregator", "ws-message", "ws-heartbeat"] },
  { conditions: ["msk"], names: ["fetcher", "aggregator"] },
  { conditions: ["keyspaces", "msk"], names: ["fetcher", "aggregator"] },
] as const;

/** What only runs beside MSK. */
const MSK_HANDLERS = { "ticks-topic": "lambdas/ticks/topic.handler.ts" } as const;

/** Every worker and the file that runs it, relative to the repository. */
const WORKERS = {
  setup: "workers/setup/main.ts",
  fetcher: "workers/fetcher/main.ts",
  aggregator: "workers/aggregator/main.ts",
  broadcaster: "workers/broadcaster/main.ts",
  publisher: "workers/publisher/main.ts",
} as const;

export interface BuildOptions {
  /** The folder that holds `lambdas/` and `data/`. @default the repository */
  readonly root?: string;
  /** Where `<name>/index.mjs` is written; emptied first. @default build/lambdas in the root */
  readonly outDir?: string;
  /** Whether functions are also built to speak to Keyspaces and MSK. @default false */
  readonly hasOtherEngines?: boolean;
}

export interface BuiltLambda {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
}

/**
 * Bundles every Lambda function into `<outDir>/<name>/index.mjs`, everything it imports included, so that what runs
 * here is what is deployed; the fetcher also gets the shipped trades. The same sources give the same bytes.
 * @throws PipelineError TAPE_FILE_UNREADABLE when a handler or the trades are missing or a source does not compile.
 */
export const buildLambdas = async (options: BuildOptions = {}): Promise<readonly BuiltLambda[]> => {
  const root = resolve(options.root ?? join(import.meta.dirname, ".."));
  const outDir = resolve(options.outDir ?? join(root, "build/lambdas"));
  const bundles = bundlesOf(options.hasOtherEngines ?? false);
  for (const [name, handler] of bundles.flatMap(({ entries }) => Object.entries(entries)))
    await mustExist(root, handler, `the handler of ${name}`);
  await mustExist(root, "data", "the folder of the trades that the fetcher ships with");
  await rm(outDir, { recursive: true, force: true });
  for (const { entries, conditions } of bundles) await bundle(root, outDir, entries, conditions);
  const names = bundles.flatMap(({ entries }) => Object.keys(entries));
  const filter = (source: string): boolean => !source.endsWith(".md");
  for (const name of names.filter((each) => each.split("-")[0] === "fetcher"))
    await cp(join(root, "data"), join(outDir, name, "data"), { recursive: true, filter });
  return sizesOf(outDir, names);
};

interface Bundles {
  readonly entries: Readonly<Record<string, string>>;
  readonly conditions: readonly string[];
}

const bundlesOf = (hasOtherEngines: boolean): readonly Bundles[] => {
  const usual = { entries: HANDLERS, conditions: [] };
  if (!hasOtherEngines) return [usual];
  const others = OTHER_ENGINES.map(({ conditions, names }) => ({
    entries: Object.fromEntries(names.map((name) => [[name, ...conditions].join("-"), HANDLERS[name]])),
    conditions,
  }));
  return [usual, ...others, { entries: MSK_HANDLERS, conditions: ["msk"] }];
};

/**
 * Bundles every worker into `<outDir>/<name>/index.mjs`, everything it imports included, so that it runs with Node alone.
 * @throws PipelineError TAPE_FILE_UNREADABLE when a source does not compile.
 */
export const buildWorkers = async (options: BuildOptions = {}): Promise<readonly BuiltLambda[]> => {
  const root = resolve(options.root ?? join(import.meta.dirname, ".."));
  const outDir = resolve(options.outDir ?? join(root, "build/workers"));
  await rm(outDir, { recursive: true, force: true });
  await bundle(root, outDir, WORKERS, []);
  // The Kafka client reads its checksums' code from a file that it looks for beside its own folder.
  await cp(await kafkaWasm(), join(outDir, "dist/native.wasm"));
  return sizesOf(outDir, Object.keys(WORKERS));
};

const kafkaWasm = async (): Promise<string> => {
  const kafka = createRequire(import.meta.resolve("@platformatic/kafka"));
  return join(dirname(kafka.resolve("@platformatic/wasm-utils")), "native.wasm");
};

const sizesOf = (outDir: string, names: readonly string[]): Promise<readonly BuiltLambda[]> =>
  Promise.all(
    names.map(async (name) => {
      const file = join(outDir, name, "index.mjs");
      return { name, file, bytes: (await stat(file)).size };
    }),
  );

const bundle = async (
  root: string,
  outDir: string,
  entries: Readonly<Record<string, string>>,
  conditions: readonly string[],
): Promise<void> => {
  try {
    await build({
      absWorkingDir: root,
      entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [`${name}/index`, file])),
      outdir: outDir,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      platform: "node",
      target: "node24",
      format: "esm",
      // Packages ship their ES modules under "module"; those shake far better than their CommonJS twins.
      mainFields: ["module", "main"],
      conditions: ["module", ...conditions],
      // A function has nothing but its folder: what of the Kafka client is no JavaScript goes into the bundle.
      ...(conditions.includes("msk") && {
        alias: { "@platformatic/wasm-utils": "@platformatic/wasm-utils/bundled" },
      }),
      // CommonJS packages within the bundle call `require` for Node's own modules; an ES module has none.
      banner: {
        js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
      },
      legalComments: "none",
      logLevel: "silent",
    });
  } catch (cause) {
    throw new PipelineError("TAPE_FILE_UNREADABLE", `the handlers must compile: ${firstProblem(cause)}`, { cause });
  }
};

const mustExist = async (root: string, path: string, what: string): Promise<void> => {
  try {
    await stat(join(root, path));
  } catch (cause) {
    throw new PipelineError("TAPE_FILE_UNREADABLE", `${what} must be at ${path}, found nothing there`, { cause });
  }
};

interface CompileError {
  readonly text: string;
  readonly location: { readonly file: string; readonly line: number } | null;
}

const firstProblem = (cause: unknown): string => {
  const errors = (cause as { readonly errors?: readonly CompileError[] }).errors ?? [];
  const first = errors[0];
  if (first === undefined) return String(cause);
  const place = first.location === null ? "" : `${first.location.file}:${first.location.line}: `;
  return `${place}${first.text}${errors.length > 1 ? ` (and ${errors.length - 1} more)` : ""}`;
};
