import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { failedBatchStoreContract } from "#core/ports/failed-batch-store.contract.ts";
import { invocationRecordText } from "./fixture.ts";
import { openFailedBatchFolder } from "./folder.ts";

failedBatchStoreContract("folder", async () => {
  const folder = await mkdtemp(join(tmpdir(), "failed-batches-"));
  const write = async (key: string, text: string): Promise<void> => {
    const path = join(folder, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  };
  return {
    store: openFailedBatchFolder(folder),
    fail: (key, batch) => write(key, invocationRecordText(batch)),
    spoil: (key) => write(key, "{}"),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
});
