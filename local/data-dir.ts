import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The folders of the engines and of what belongs to their streams. */
const ENGINE_DIRS = ["kinesis", "dynamodb", "positions"] as const;
/** There while the streams and tables of a new data folder are made. */
const HALF_MADE_FILE = "half-made";

/**
 * Removes the engines' folders if the run that made them was killed before all their streams and tables were there: the
 * engines leave one that is half made as it is for ever, and nothing can be in it yet. Marks folders that are still to be
 * made as such, until `markWhole`.
 */
export const discardHalfMade = async (dataDir: string): Promise<void> => {
  const marker = join(dataDir, HALF_MADE_FILE);
  if (await exists(marker))
    await Promise.all(ENGINE_DIRS.map((name) => rm(join(dataDir, name), { recursive: true, force: true })));
  const isNew = !(await Promise.all(ENGINE_DIRS.map((name) => exists(join(dataDir, name))))).includes(true);
  if (!isNew) return;
  await mkdir(dataDir, { recursive: true });
  await writeFile(marker, "");
};

/** Says that every stream and table is there. */
export const markWhole = (dataDir: string): Promise<void> => rm(join(dataDir, HALF_MADE_FILE), { force: true });

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
