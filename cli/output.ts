/** A line on stdout. */
export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** A number with its thousands parted: `388,417`. */
export const number = (value: number): string => value.toLocaleString("en-US");
