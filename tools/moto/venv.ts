import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { PipelineError } from "#core/errors.ts";

const run = promisify(execFile);

const REQUIREMENTS = join(import.meta.dirname, "requirements.txt");
const LEAST_MINOR = 11;

export interface VenvOptions {
  readonly signal: AbortSignal;
  /** Hears that packages are about to be installed, which can take minutes. */
  readonly onInstall: () => void;
}

/**
 * Returns the interpreter of a virtual environment below `cacheDir` that holds what requirements.txt names, and makes it
 * first where it is absent; another requirements.txt makes another. `PYTHON` names the Python that makes it.
 * @throws PipelineError TAPE_CONFIG_INVALID without a Python that is new enough, or when its packages can't be had.
 */
export const openVenv = async (cacheDir: string, options: VenvOptions): Promise<string> => {
  const requirements = await readFile(REQUIREMENTS);
  const hash = createHash("sha256").update(requirements).digest("hex").slice(0, 12);
  const dir = join(cacheDir, `venv-${hash}`);
  if (!(await isThere(dir))) await makeVenv(dir, options);
  return join(dir, "bin/python");
};

/** Two runs at once make one each; the first that is done stays. */
const makeVenv = async (dir: string, { signal, onInstall }: VenvOptions): Promise<void> => {
  const python = process.env["PYTHON"] ?? "python3";
  await mustBeNewEnough(python);
  onInstall();
  const made = `${dir}.${process.pid}`;
  try {
    await mkdir(join(dir, ".."), { recursive: true });
    await run(python, ["-m", "venv", made], { signal });
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", REQUIREMENTS];
    await run(join(made, "bin/python"), install, { signal });
    if (!(await isThere(dir))) await rename(made, dir);
  } catch (cause) {
    signal.throwIfAborted();
    throw new PipelineError(
      "TAPE_CONFIG_INVALID",
      `the packages of tools/moto/requirements.txt must be within pip's reach, were not: ${lastLine(cause)}`,
      { cause },
    );
  } finally {
    await rm(made, { recursive: true, force: true });
  }
};

const mustBeNewEnough = async (python: string): Promise<void> => {
  const needed = `Python 3.${LEAST_MINOR} or newer must be there as ${python} (the variable PYTHON names another)`;
  const asked = run(python, ["-c", "import sys, venv; print(*sys.version_info[:2])"]);
  const { stdout } = await asked.catch((cause: unknown) => {
    throw new PipelineError("TAPE_CONFIG_INVALID", `${needed}, with its venv module; was not: ${lastLine(cause)}`, {
      cause,
    });
  });
  const [major = 0, minor = 0] = stdout.split(" ").map(Number);
  if (major !== 3 || minor < LEAST_MINOR)
    throw new PipelineError("TAPE_CONFIG_INVALID", `${needed}, was ${major}.${minor}`);
};

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The last line that a failed process said, which is where Python and pip say what was wrong. */
const lastLine = (cause: unknown): string => {
  const { stderr = "", message } = cause as Error & { readonly stderr?: string };
  return (stderr.trim() || message).split("\n").at(-1)!.trim();
};
