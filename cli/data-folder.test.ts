import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { diskFailureOf, openDataFolder } from "./data-folder.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "data-folder-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a data folder", () => {
  test("is made, and has no owner when it is disposed of", async () => {
    const made = join(folder, "deep/down");
    await using held = await openDataFolder(made);
    expect(await readdir(made)).toEqual(["owner.pid"]);
    await held[Symbol.asyncDispose]();
    expect(await readdir(made)).toEqual([]);
  });

  test("rejects a second owner while the first runs", async () => {
    await writeFile(join(folder, "owner.pid"), String(process.ppid));
    await expect(openDataFolder(folder)).rejects.toMatchObject({
      code: "TAPE_DATA_UNAVAILABLE",
      message: `--data must name a folder that no other run uses, process ${process.ppid} uses ${folder} (so says its owner.pid)`,
    });
  });

  test("rejects a place where no folder can be", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await expect(openDataFolder(file)).rejects.toThrow(`--data must name a folder, ${file} is a file`);
    const cannot = "--data must name a folder that can be written to, ";
    for (const place of [join(file, "below"), "/proc/none", "/proc/none/below"])
      await expect(openDataFolder(place)).rejects.toThrow(`${cannot}${place} cannot: E`);
  });
});

describe("a disk's failure", () => {
  const systemError = (code: string, path?: string): Error =>
    Object.assign(new Error(`${code}: it failed`), { code, ...(path === undefined ? {} : { path }) });

  test("is told in one sentence, whoever met it", () => {
    const sentenceOf = (error: Error): string | undefined => diskFailureOf(error, "/data")?.message;
    const cannot = "--data must name a folder that can be read and written to, /data cannot: ";
    expect(sentenceOf(systemError("ENOSPC"))).toBe(`${cannot}ENOSPC: it failed`);
    expect(sentenceOf(systemError("EROFS", "/data/s3"))).toBe(`${cannot}EROFS: it failed`);
    const io = "IO error: /data/kinesis/000003.log: No space left on device";
    expect(sentenceOf(new Error(io))).toBe(cannot + io);
    expect(sentenceOf(new Error("Database is closed"))).toBe(`${cannot}its tables could not be opened`);
  });

  test("is nothing that happened elsewhere, and no other error", () => {
    for (const error of [systemError("ENOSPC", "/tmp/x"), systemError("ECONNRESET"), new RangeError("no"), "no"])
      expect(diskFailureOf(error, "/data")).toBeUndefined();
  });
});
