import { rmSync } from "node:fs";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PipelineError } from "#core/errors.ts";
import { isAlive } from "#local/processes.ts";

/** Holds the id of the process that uses the folder. */
const OWNER_FILE = "owner.pid";

/**
 * Makes the folder when there is none, and keeps it to this process until it is disposed of: the engines take one process
 * at a time. What a process left that was killed is taken over.
 *
 * When the disk fails an engine meanwhile, this process ends at once, with one sentence and exit code 1: whatever an engine
 * would write behind what it could not write might be lost.
 * @throws PipelineError TAPE_DATA_UNAVAILABLE when another process uses it, or it cannot be written to.
 */
export const openDataFolder = async (folder: string): Promise<AsyncDisposable> => {
  const file = join(folder, OWNER_FILE);
  try {
    await makeFolder(folder);
    const owner = await readOwner(file);
    if (owner !== undefined && owner !== process.pid && isAlive(owner)) {
      throw unavailable(`no other run uses, process ${owner} uses ${folder} (so says its ${OWNER_FILE})`);
    }
    await rm(file, { force: true });
    await writeFile(file, String(process.pid), { flag: "wx" });
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw unavailable(`can be written to, ${folder} cannot: ${cause.message}`, cause);
  }
  const onFailure = (error: unknown): void => {
    const failure = diskFailureOf(error, folder);
    const stack = error instanceof Error ? error.stack : String(error);
    process.stderr.write(process.stderr.isTTY ? "\n" : "");
    process.stderr.write(failure ? `${failure.message} [${failure.code}]\n` : `${stack}\n`);
    rmSync(file, { force: true });
    process.exit(1);
  };
  process.on("uncaughtException", onFailure);
  return {
    [Symbol.asyncDispose]: async () => {
      process.off("uncaughtException", onFailure);
      await rm(file, { force: true });
    },
  };
};

/** What a full, read-only or broken disk makes the system and the engines say. */
const DISK_CODES = new Set(["EACCES", "EDQUOT", "EFBIG", "EIO", "ENOSPC", "EPERM", "EROFS"]);
const ENGINE_SAYS = /^(IO error|Corruption): /;
/** What the embedded DynamoDB says when its tables could not be opened. */
const NOT_OPENED = "Database is closed";

/** The sentence for an error that comes of the disk with `folder`; undefined for any other error. */
export const diskFailureOf = (error: unknown, folder: string): PipelineError | undefined => {
  if (!(error instanceof Error)) return undefined;
  const { code, path } = error as NodeJS.ErrnoException;
  const isOfSystem = code !== undefined && DISK_CODES.has(code) && (path === undefined || path.startsWith(folder));
  if (!isOfSystem && !ENGINE_SAYS.test(error.message) && error.message !== NOT_OPENED) return undefined;
  const what = error.message === NOT_OPENED ? "its tables could not be opened" : error.message;
  return unavailable(`can be read and written to, ${folder} cannot: ${what}`, error);
};

/**
 * Makes a folder, and those above it that are missing: one by one, as Node's own way of doing that tries for ever where
 * the system takes no folder, as in /proc.
 */
const makeFolder = async (folder: string): Promise<void> => {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return undefined;
  });
  if (found?.isDirectory()) return;
  if (found !== undefined)
    throw new PipelineError("TAPE_DATA_UNAVAILABLE", `--data must name a folder, ${folder} is a file`);
  const above = dirname(folder);
  if (above !== folder) await makeFolder(above);
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    // Somebody else was as quick.
    if (error.code !== "EEXIST") throw error;
  });
};

const readOwner = (file: string): Promise<number | undefined> =>
  readFile(file, "utf8").then(Number, (error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });

const unavailable = (problem: string, cause?: unknown): PipelineError =>
  new PipelineError("TAPE_DATA_UNAVAILABLE", `--data must name a folder that ${problem}`, { cause });
