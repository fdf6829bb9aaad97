import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { PipelineError } from "#core/errors.ts";

/** What cfn-lint says of a place in a template, as far as it is read here. */
interface Finding {
  readonly Filename: string;
  readonly Location: { readonly Path: readonly (string | number)[] };
  readonly Message: string;
  readonly Rule: { readonly Id: string };
}

/**
 * Rules that are not asked for. W3005: a dependency that a reference implies already; the CDK writes those of a function on
 * its role twice, which does no harm.
 */
const IGNORED = ["W3005"] as const;

/** Its own script has the path of the folder that it was installed in, which has moved since. */
const START = "from cfnlint.runner import main; main()";

/**
 * Reads the templates of synthesized apps as cfn-lint does and returns what it finds, a line each: values that the services
 * do not know, actions that IAM does not know, and whatever else a template can be wrong by that the CDK's checks pass.
 * @throws PipelineError TAPE_STATE_INVALID when it says nothing that can be read
 */
export const lintTemplates = async (
  python: string,
  assemblyDirs: readonly string[],
  { region, signal }: { readonly region: string; readonly signal: AbortSignal },
): Promise<readonly string[]> => {
  const folders = await Promise.all(assemblyDirs.map(templatesOf));
  const options = ["--format", "json", "--regions", region, "--ignore-checks", ...IGNORED];
  const args = ["-c", START, ...options, "--", ...folders.flat()];
  try {
    const run = promisify(execFile)(python, args, { signal, maxBuffer: 64 * 1024 * 1024 });
    const { stdout } = await run.catch(saidAnyway);
    return (JSON.parse(stdout) as readonly Finding[]).map(lineOf);
  } catch (cause) {
    signal.throwIfAborted();
    throw new PipelineError("TAPE_STATE_INVALID", `cfn-lint must come to an end, failed: ${String(cause)}`, { cause });
  }
};

const templatesOf = async (dir: string): Promise<readonly string[]> =>
  (await readdir(dir)).filter((name) => name.endsWith(".template.json")).map((name) => join(dir, name));

/** Its exit code tells that there are findings, and so does what it says. */
const saidAnyway = (error: unknown): { readonly stdout: string } => {
  const { code, stdout } = error as { readonly code?: unknown; readonly stdout?: string };
  if (typeof code === "number" && stdout) return { stdout };
  throw error;
};

/** `TapestreamPipeline Resources/Fetcher…/Properties/Runtime: … (E3030)` */
const lineOf = ({ Filename, Location, Message, Rule }: Finding): string => {
  const stack = /([^/\\]+)\.template\.json$/.exec(Filename)?.[1] ?? Filename;
  return `${stack} ${Location.Path.join("/")}: ${Message.slice(0, MESSAGE_LENGTH)} (${Rule.Id})`;
};

/** Some say all that would have been right. */
const MESSAGE_LENGTH = 160;
