import { link, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mustTakeFile, writeWhole } from "./paths.ts";

let folder: string;
let trades: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "paths-"));
  trades = join(folder, "trades.csv");
  await writeFile(trades, "trades", { mode: 0o640 });
});
afterEach(() => rm(folder, { recursive: true }));

describe("a file to write", () => {
  const take = (name: string): Promise<void> =>
    mustTakeFile("--export", join(folder, name), { path: trades, what: "the trades" });

  test("may be new, or take the place of another", async () => {
    await writeFile(join(folder, "old.csv"), "old");
    await expect(Promise.all([take("new.csv"), take("old.csv")])).resolves.toBeDefined();
  });

  test("rejects the file that is read, by any of its names", async () => {
    await link(trades, join(folder, "hard.csv"));
    await symlink("trades.csv", join(folder, "soft.csv"));
    await symlink(".", join(folder, "here"));
    for (const name of ["trades.csv", "./x/../trades.csv", "hard.csv", "soft.csv", "here/trades.csv"]) {
      const message = `--export must name another file than the trades, was ${join(folder, name)}; --help says what there is`;
      await expect(take(name), name).rejects.toMatchObject({ code: "TAPE_USAGE", message });
    }
  });

  test("rejects a folder, and what lies in none", async () => {
    await expect(take("")).rejects.toThrow("--export must name a file, was the folder ");
    for (const name of ["none/bars.csv", "trades.csv/bars.csv"])
      await expect(take(name)).rejects.toThrow("--export must name a file in a folder that can be written to, was ");
  });
});

describe("a file written whole", () => {
  test("takes the place of another with its permissions, also behind a link, and leaves nothing beside it", async () => {
    await symlink("trades.csv", join(folder, "soft.csv"));
    const { ino } = await stat(trades);
    await writeWhole(join(folder, "soft.csv"), "bars");
    expect(await readFile(trades, "utf8")).toBe("bars");
    const known = await stat(trades);
    expect([known.mode & 0o777, known.ino === ino]).toEqual([0o640, false]);
    expect(await readdir(folder)).toEqual(["soft.csv", "trades.csv"]);
  });

  test("is a new one where there was none, and what is no file is written to as it is", async () => {
    await writeWhole(join(folder, "new.csv"), "bars");
    expect(await readFile(join(folder, "new.csv"), "utf8")).toBe("bars");
    await writeWhole("/dev/null", "bars");
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
  });
});
