import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PipelineError } from "#core/errors.ts";
import { isAlive } from "#local/processes.ts";

/** Holds the id of the process that uses the folder. */
const OWNER_FILE = "owner.pid";

/**
 * Makes the folder when there is none, and keeps it to this process until it is disposed of: the engines take one process
 * at a time. What a process left that was killed is taken over.
 * @throws PipelineError TAPE_DATA_UNAVAILABLE when another process uses it, or it cannot be written to.
 */
export const openDataFolder = async (folder: string): Promise<AsyncDisposable> => {
  const file = join(folder, OWNER_FILE);
  try {
    await mkdir(folder, { recursive: true });
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
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
};

const readOwner = (file: string): Promise<number | undefined> =>
  readFile(file, "utf8").then(Number, (error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });

const unavailable = (problem: string, cause?: unknown): PipelineError =>
  new PipelineError("TAPE_DATA_UNAVAILABLE", `--data must name a folder that ${problem}`, { cause });
