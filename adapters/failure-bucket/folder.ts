import { mkdir, readFile, readdir, rename } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { PipelineError } from "#core/errors.ts";
import type { FailedBatchStore } from "#core/ports/failed-batch-store.ts";
import { DONE, readInvocationRecord, unreadable, WAITING } from "./invocation-record.ts";

/** Failed batches in a folder, a file a key: the failure bucket of a local cloud. A batch that is done moves below `redriven/`. */
export const openFailedBatchFolder = (folder: string): FailedBatchStore => ({
  list: async (state) => {
    const prefix = state === "done" ? `${DONE}${WAITING}` : WAITING;
    const files = await asked(folder, () => filesBelow(join(folder, prefix)));
    return files.map((file) => WAITING + relative(join(folder, prefix), file).replaceAll(sep, "/")).toSorted();
  },

  read: async (key) => {
    for (const path of [join(folder, key), join(folder, DONE, key)]) {
      const text = await asked(folder, () => textOf(path));
      if (text !== undefined) return readInvocationRecord(key, text);
    }
    throw unreadable(key, "there is nothing");
  },

  finish: (key) =>
    asked(folder, async () => {
      const [from, to] = [join(folder, key), join(folder, DONE, key)];
      await mkdir(dirname(to), { recursive: true });
      await rename(from, to).catch((error: unknown) => {
        if (!isAbsent(error)) throw error;
      });
    }),
});

const filesBelow = async (folder: string): Promise<string[]> => {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
};

const textOf = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
};

const isAbsent = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT";

const asked = async <Answer>(folder: string, request: () => Promise<Answer>): Promise<Answer> => {
  try {
    return await request();
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new PipelineError("TAPE_STORE_UNAVAILABLE", `folder ${folder} must answer, failed with ${cause.message}`, {
      cause,
    });
  }
};
