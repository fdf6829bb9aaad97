import { constants, type BigIntStats } from "node:fs";
import { access, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { usage } from "./command.ts";

/** What a command reads, for a flag that names what it writes. */
export interface ReadFile {
  readonly path: string;
  /** A word or two for people, like "the trades". */
  readonly what: string;
}

/** @throws PipelineError TAPE_USAGE unless a file can be written at `path` that is none of those `read`, by any name. */
export const mustTakeFile = async (flag: string, path: string, ...read: readonly ReadFile[]): Promise<void> => {
  const known = await statOf(path);
  if (known?.isDirectory()) throw usage(`${flag} must name a file, was the folder ${path}`);
  for (const { path: other, what } of read) {
    if (isSame(known, await statOf(other))) throw usage(`${flag} must name another file than ${what}, was ${path}`);
  }
  if (known !== undefined && !(await isWritable(path)))
    throw usage(`${flag} must name a file that can be written to, was ${path}`);
  const folder = dirname(resolve(path));
  if (!(await statOf(folder))?.isDirectory() || !(await isWritable(folder)))
    throw usage(`${flag} must name a file in a folder that can be written to, was ${path}`);
};

/**
 * Writes a file all at once: whoever looks finds the former one, or the whole new one. Links are followed, and a pipe or
 * device is written to as it is.
 */
export const writeWhole = async (path: string, text: string): Promise<void> => {
  const known = await statOf(path);
  if (known !== undefined && !known.isFile()) return writeFile(path, text);
  const target = known === undefined ? resolve(path) : await realpath(path);
  const beside = join(dirname(target), `.${basename(target)}.${process.pid}`);
  try {
    await writeFile(beside, text, known === undefined ? {} : { mode: Number(known.mode) });
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
};

const isSame = (one: BigIntStats | undefined, other: BigIntStats | undefined): boolean =>
  one !== undefined && one.isFile() && one.dev === other?.dev && one.ino === other.ino;

const statOf = async (path: string): Promise<BigIntStats | undefined> => {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    // What lies below a file is nothing, too: its parent is looked at next.
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return undefined;
    throw error;
  }
};

const isWritable = (path: string): Promise<boolean> =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
