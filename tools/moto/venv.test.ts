import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openVenv } from "./venv.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "venv-test-"));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** A Python that does what a line of a shell says. */
const usePython = async (line: string): Promise<void> => {
  const python = join(folder, "python");
  await writeFile(python, `#!/bin/sh\n${line}\n`);
  await chmod(python, 0o755);
  vi.stubEnv("PYTHON", python);
};

const open = () => openVenv(join(folder, "cache"), new AbortController().signal);

test("rejects a machine without Python, and says what is needed", async () => {
  vi.stubEnv("PYTHON", join(folder, "none"));
  await expect(open()).rejects.toMatchObject({
    code: "TAPE_CONFIG_INVALID",
    message: expect.stringMatching(/^Python 3\.11 or newer must be there as .*ENOENT/) as string,
  });
});

test("rejects a Python that is too old", async () => {
  await usePython("echo 3 8");
  await expect(open()).rejects.toThrow(/^Python 3\.11 or newer must be there .*, was 3\.8$/);
});

test("rejects packages that cannot be had, and leaves nothing half made", async () => {
  await usePython('[ "$1" = -c ] && echo 3 12 || { echo "no way to PyPI" >&2; exit 1; }');
  await expect(open()).rejects.toThrow(/requirements\.txt must be within pip's reach, were not: no way to PyPI$/);
  expect(await readdir(join(folder, "cache"))).toEqual([]);
});
