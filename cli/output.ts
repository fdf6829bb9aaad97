import type { BuiltLambda } from "#tools/build.ts";

/** A line on stdout. */
export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** A number with its thousands parted: `388,417`. */
export const number = (value: number): string => value.toLocaleString("en-US");

/** So many things: `1 trade`, `388,417 trades`. */
export const countOf = (value: number, thing: string, things = `${thing}s`): string =>
  `${number(value)} ${value === 1 ? thing : things}`;

/** How large each function's bundle is. */
export const sayBuilt = (built: readonly BuiltLambda[]): void => {
  for (const { name, bytes } of built) say(`${name.padEnd(24)} ${number(Math.ceil(bytes / 1_024)).padStart(6)} KB`);
};
