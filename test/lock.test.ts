import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

interface LockedPackage {
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const text = await readFile(join(import.meta.dirname, "../package-lock.json"), "utf8");
const { packages } = JSON.parse(text) as { readonly packages: Readonly<Record<string, LockedPackage>> };

/** Whether a package that lies at `path` finds one of this name: in its own folder, or in one around it. */
const finds = (path: string, name: string): boolean =>
  `${path === "" ? "" : `${path}/`}node_modules/${name}` in packages ||
  (path !== "" && finds(path.slice(0, Math.max(0, path.lastIndexOf("/node_modules/"))), name));

test("npm ci finds every package in the lock, those of other platforms included", () => {
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies }).filter((name) => !finds(path, name)),
  );
  expect(missing).toEqual([]);
});

test("the lock names no registry: everybody has their own", () => {
  expect(Object.keys(packages).filter((path) => packages[path]!.resolved !== undefined)).toEqual([]);
});
