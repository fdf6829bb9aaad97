import { parseArgs, type ParseArgsConfig } from "node:util";
import { PipelineError } from "#core/errors.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** A command line, taken apart. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** The last value of a flag that was given, undefined else. */
  text(name: string): string | undefined;
  /** All values of a flag that may repeat. */
  texts(name: string): readonly string[];
  isSet(name: string): boolean;
}

export interface Command {
  /** All that `--help` prints. */
  readonly help: string;
  readonly options: Options;
  /** Returns the exit code. */
  readonly run: (args: Arguments) => Promise<number>;
}

/**
 * Runs a command with this process's arguments: prints its help when asked, and ends an expected error with one sentence
 * on stderr and exit code 1, a wrong use with exit code 2.
 */
export const runCommand = async ({ help, options, run }: Command): Promise<void> => {
  try {
    const args = readArguments(process.argv.slice(2), options);
    process.exitCode = args.isSet("help") ? print(help) : await run(args);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    process.stderr.write(`${error.message} [${error.code}]\n`);
    process.exitCode = error.code === "TAPE_USAGE" ? 2 : 1;
  }
};

/** @throws PipelineError TAPE_USAGE for a flag that does not exist or lacks its value. */
export const readArguments = (argv: readonly string[], options: Options): Arguments => {
  const { values, positionals } = parse(argv, { ...options, help: { type: "boolean", short: "h" } });
  const texts = (name: string): readonly string[] => {
    const value = values[name];
    return (Array.isArray(value) ? value : [value]).filter((text): text is string => typeof text === "string");
  };
  return { positionals, text: (name) => texts(name).at(-1), texts, isSet: (name) => values[name] === true };
};

const parse = (argv: readonly string[], options: Options) => {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    const [sentence] = cause.message.split(/[.]\s/);
    throw usage(`${sentence!.charAt(0).toLowerCase()}${sentence!.slice(1)}`, { cause });
  }
};

/** @throws PipelineError TAPE_USAGE for an argument that is no flag. */
export const mustBeFlagsAlone = ({ positionals }: Arguments): void => {
  if (positionals.length > 0) throw usage(`only flags are known, was given ${JSON.stringify(positionals[0])}`);
};

/** An error of use, which points to `--help`. */
export const usage = (problem: string, options: ErrorOptions = {}): PipelineError =>
  new PipelineError("TAPE_USAGE", `${problem}; --help says what there is`, options);

const print = (text: string): number => {
  process.stdout.write(text);
  return 0;
};
