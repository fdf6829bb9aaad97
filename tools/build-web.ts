import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { build, stop, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { PipelineError } from "#core/errors.ts";

export interface BuildWebOptions {
  /** Where the page goes; emptied first. @default build/web in the repository */
  readonly outDir?: string;
}

/** Files that are served as they are. */
const STATIC_FILES = ["notices.txt", "icon.svg"];
const MAIN_SCRIPT = '<script type="module" src="main.js"></script>';

/**
 * Imported when wanted, and bundled with their own copies of the functions that they share with the page: what is shared
 * would else be a file of its own, which the page would need at once and which packs worse than within its script.
 */
const APART = ["web/chart-tools.ts", "web/operations/overseer.ts", "web/sign-in/sign-in.ts", "web/status.ts"];

const fileNameOf = (source: string): string => basename(source).replace(/\.ts$/u, ".js");

const OPTIONS: BuildOptions = {
  // what the chart library needs of this package, in less room
  alias: { "fancy-canvas": join(import.meta.dirname, "../web/bitmap-canvas.ts") },
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
  let metafile: Metafile;
  try {
    const options = { ...OPTIONS, absWorkingDir: root, outdir: outDir };
    const entryPoints = { main: "web/main.ts", style: "web/style.css" };
    const split = { splitting: true, chunkNames: "part-[hash]", plugins: [leaveApart] };
    ({ metafile } = await build({ ...options, ...split, entryPoints, metafile: true }));
    await build({ ...options, entryPoints: APART, entryNames: "[name]" });
  } catch (cause) {
    throw new PipelineError("TAPE_FILE_UNREADABLE", `the dashboard must compile: ${String(cause)}`, { cause });
  }
  for (const file of STATIC_FILES) await cp(join(root, "web", file), join(outDir, file));
  const page = await readFile(join(root, "web/index.html"), "utf8");
  const preloads = importsOf(metafile).map((name) => `<link rel="modulepreload" href="${name}" />`);
  await writeFile(join(outDir, "index.html"), page.replace(MAIN_SCRIPT, [...preloads, MAIN_SCRIPT].join("")));
  return outDir;
};

/** What the page's script imports at once: a browser that is told so fetches it together with the script. */
const importsOf = ({ outputs }: Metafile): readonly string[] => {
  const main = Object.entries(outputs).find(([path]) => basename(path) === "main.js");
  const imports = main?.[1].imports.filter(({ kind }) => kind === "import-statement") ?? [];
  return imports.map(({ path }) => basename(path));
};

/** Ends the bundler's own process, which otherwise ends with this one. The next build starts it again. */
export const endBuilder = (): Promise<void> => stop();
