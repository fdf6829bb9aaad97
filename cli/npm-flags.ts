import type { ParseArgsConfig } from "node:util";
import type { Environment } from "#lambdas/environment.ts";

/** Flags that npm has itself: in its configuration they may mean npm. */
const OF_NPM: ReadonlySet<string> = new Set(["only", "target", "yes"]);

/** What npm left of a command line. */
export interface LeftByNpm {
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  readonly positionals: readonly string[];
  readonly takesFile: boolean;
}

/**
 * The command line that was meant, where npm kept flags to itself, as it does with all that do not stand behind `--`;
 * undefined where it kept none. npm tells which flags there were, but not in which order: a value that could be that of
 * another is not guessed.
 */
export const meantByNpm = (
  { options, positionals, takesFile }: LeftByNpm,
  environment: Environment,
): string | undefined => {
  const kept = Object.entries(options).flatMap(([name, { type }]) => {
    const value = environment[`npm_config_${name.replaceAll("-", "_")}`] ?? "";
    return value === "" ? [] : [{ name, value, isOpen: type === "string" && /^true\b/.test(value), type }];
  });
  if (kept.every(({ name }) => OF_NPM.has(name))) return undefined;
  const [only, ...others] = kept.filter(({ isOpen }) => isOpen);
  const isSure = only !== undefined && others.length === 0 && positionals.length === 1 && !takesFile;
  const flags = kept.map(({ name, value, isOpen, type }) => {
    if (type === "boolean") return `--${name}`;
    return `--${name} ${!isOpen ? value : isSure ? positionals[0]! : "…"}`;
  });
  const script = environment["npm_lifecycle_event"] ?? "NAME";
  return [script === "start" ? "npm start --" : `npm run ${script} --`, ...(takesFile ? ["FILE"] : []), ...flags].join(
    " ",
  );
};
