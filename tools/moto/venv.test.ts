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

const open = (onInstall = () => {}) =>
  openVenv(join(folder, "cache"), { signal: new AbortController().signal, onInstall });

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

test("tells before it installs, and not where all is there", async () => {
  const heard: string[] = [];
  // The Python that it makes takes all packages.
  const made = 'mkdir -p "$3/bin" && echo "#!/bin/sh" > "$3/bin/python" && chmod +x "$3/bin/python"';
  await usePython(`[ "$1" = -c ] && echo 3 12 || { ${made}; }`);
  const tell = (): void => void heard.push("installing");
  const python = await open(tell);
  expect(await open(tell)).toBe(python);
  expect(heard).toEqual(["installing"]);
});

test("does not tell of installing where the Python is too old", async () => {
  await usePython("echo 3 8");
  const tell = vi.fn<() => void>();
  await expect(open(tell)).rejects.toThrow(/^Python 3\.11 or newer/);
  expect(tell).not.toHaveBeenCalled();
});
