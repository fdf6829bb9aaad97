import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "./processes.ts";

/** Holds the id of the process that made the folder. */
const OWNER_FILE = "owner.pid";

export interface TemporaryDir extends AsyncDisposable {
  readonly dir: string;
}

/**
 * Makes a folder below the machine's temporary one whose name begins with `prefix`, and removes it when it is disposed
 * of. What processes left that were killed goes first: every folder of that prefix that names an owner which no longer
 * runs, and no other.
 */
export const openTemporaryDir = async (prefix: string): Promise<TemporaryDir> => {
  await removeOrphans(prefix);
  const dir = await mkdtemp(join(tmpdir(), prefix));
  await writeFile(join(dir, OWNER_FILE), String(process.pid));
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
};

const removeOrphans = async (prefix: string): Promise<void> => {
  const entries = await readdir(tmpdir(), { withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isDirectory() || !entry.name.startsWith(prefix)) continue;
    const dir = join(tmpdir(), entry.name);
    const owner = await readOwner(dir);
    // Another's folder may not be ours to remove, and another start may be removing it.
    if (owner !== undefined && !isAlive(owner)) await rm(dir, { recursive: true, force: true }).catch(() => undefined);
  }
};

const readOwner = async (dir: string): Promise<number | undefined> => {
  const text = await readFile(join(dir, OWNER_FILE), "utf8").catch(() => "");
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
};
