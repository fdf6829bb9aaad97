import { cp, mkdir, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { build, stop, type BuildOptions, type Plugin } from "esbuild";
import { PipelineError } from "#core/errors.ts";

export interface BuildWebOptions {
  /** Where the page goes; emptied first. @default build/web in the repository */
  readonly outDir?: string;
}

/** Files that are served as they are. */
const STATIC_FILES = ["index.html", "notices.txt", "icon.svg"];

/**
 * Imported when wanted, and bundled with their own copies of the functions that they share with the page: what is shared
 * would else be a file of its own, which the page would need at once and which packs worse than within its script.
 */
const APART = ["web/operations/overseer.ts"];

const fileNameOf = (source: string): string => basename(source).replace(/\.ts$/u, ".js");

const OPTIONS: BuildOptions = {
  bundle: true,
  minify: true,
  platform: "browser",
  target: "es2022",
  format: "esm",
  legalComments: "none",
  logLevel: "silent",
};

/** Leaves the files apart to themselves. */
const leaveApart: Plugin = {
  name: "leave apart",
  setup: ({ onResolve }) => {
    onResolve({ filter: /\.ts$/ }, ({ kind, path, resolveDir }) => {
      const isApart = kind === "dynamic-import" && APART.some((file) => join(resolveDir, path).endsWith(file));
      return isApart ? { path: `./${fileNameOf(path)}`, external: true } : undefined;
    });
  },
};

/**
 * Bundles the dashboard into a folder of static files, and returns the folder. What the page imports only when it is
 * wanted becomes a file of its own. Where its socket is comes from a `config.json` that whoever serves the folder adds.
 * @throws PipelineError TAPE_FILE_UNREADABLE when a source does not compile.
 */
export const buildWeb = async (options: BuildWebOptions = {}): Promise<string> => {
  const root = join(import.meta.dirname, "..");
  const outDir = resolve(options.outDir ?? join(root, "build/web"));
  await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  try {
    const options = { ...OPTIONS, absWorkingDir: root, outdir: outDir };
    const entryPoints = { main: "web/main.ts", style: "web/style.css" };
    await build({ ...options, entryPoints, splitting: true, chunkNames: "part-[hash]", plugins: [leaveApart] });
    await build({ ...options, entryPoints: APART, entryNames: "[name]" });
  } catch (cause) {
    throw new PipelineError("TAPE_FILE_UNREADABLE", `the dashboard must compile: ${String(cause)}`, { cause });
  }
  for (const file of STATIC_FILES) await cp(join(root, "web", file), join(outDir, file));
  return outDir;
};

/** Ends the bundler's own process, which otherwise ends with this one. The next build starts it again. */
export const endBuilder = (): Promise<void> => stop();
