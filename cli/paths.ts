import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { usage } from "./command.ts";

/** @throws PipelineError TAPE_USAGE unless a file can be written at `path` */
export const mustTakeFile = async (flag: string, path: string): Promise<void> => {
  if ((await kindOf(path)) === "folder") throw usage(`${flag} must name a file, was the folder ${path}`);
  const folder = dirname(resolve(path));
  if ((await kindOf(folder)) !== "folder" || !(await isWritable(folder))) {
    throw usage(`${flag} must name a file in a folder that can be written to, was ${path}`);
  }
};

const kindOf = async (path: string): Promise<"folder" | "file" | "nothing"> => {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (error) {
    // What lies below a file is nothing, too: its parent is looked at next.
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return "nothing";
    throw error;
  }
};

const isWritable = (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
