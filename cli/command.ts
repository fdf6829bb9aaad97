import { parseArgs, type ParseArgsConfig } from "node:util";
import { PipelineError } from "#core/errors.ts";
import { meantByNpm } from "./npm-flags.ts";
import { endWhenUnread } from "./stop-signal.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** A command line, taken apart. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** The value of a flag that was given, the last one of a flag that may repeat, undefined else. */
  text(name: string): string | undefined;
  /** All values of a flag that may repeat. */
  texts(name: string): readonly string[];
  isSet(name: string): boolean;
}

export interface Command {
  /** All that `--help` prints. */
  readonly help: string;
  readonly options: Options;
  /** Whether a file is named beside the flags. @default false */
  readonly takesFile?: boolean;
  /** Returns the exit code. */
  readonly run: (args: Arguments) => Promise<number>;
}

/**
 * Runs a command with this process's arguments: prints its help when asked, and ends an expected error with one sentence
 * on stderr and exit code 1, a wrong use with exit code 2.
 */
export const runCommand = async ({ help, options, takesFile = false, run }: Command): Promise<void> => {
  endWhenUnread();
  try {
    const args = readArguments(process.argv.slice(2), options);
    if (args.isSet("help")) return void process.stdout.write(help);
    mustBeMeant(args, meantByNpm({ options, positionals: args.positionals, takesFile }, process.env), takesFile);
    process.exitCode = await run(args);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    process.stderr.write(`${error.message} [${error.code}]\n`);
    process.exitCode = error.code === "TAPE_USAGE" ? 2 : 1;
  }
};

/** @throws PipelineError TAPE_USAGE for a flag that does not exist, lacks its value, or is given again but may not repeat. */
export const readArguments = (argv: readonly string[], options: Options): Arguments => {
  const known: Options = { ...options, help: { type: "boolean", short: "h" } };
  const { values, positionals, tokens } = parse(withNegatives(argv, known), known);
  const given = tokens.flatMap((token) => (token.kind === "option" && token.value !== undefined ? token.name : []));
  const twice = given.find((name, index) => known[name]?.multiple !== true && given.indexOf(name) !== index);
  if (twice !== undefined)
    throw usage(`--${twice} must be given once, was given ${given.filter((name) => name === twice).length} times`);
  const texts = (name: string): readonly string[] => {
    const value = values[name];
    return (Array.isArray(value) ? value : [value]).filter((text): text is string => typeof text === "string");
  };
  return { positionals, text: (name) => texts(name).at(-1), texts, isSet: (name) => values[name] === true };
};

/** A number below zero is the value of the flag before it: what the flag says of it says more than that it looks like a flag. */
const withNegatives = (argv: readonly string[], options: Options): readonly string[] => {
  const joined: string[] = [];
  for (const text of argv) {
    const flag = joined.at(-1) ?? "";
    const takesValue = flag.startsWith("--") && options[flag.slice(2)]?.type === "string";
    if (takesValue && /^-[\d.]/.test(text)) joined[joined.length - 1] = `${flag}=${text}`;
    else joined.push(text);
  }
  return joined;
};

const parse = (argv: readonly string[], options: Options) => {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, tokens: true });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    const flag = /'(?:-\w, )?(--[\w-]+)(?: <value>)?' argument is ambiguous/.exec(cause.message)?.[1];
    if (flag !== undefined)
      throw usage(`${flag} must have a value behind it, like ${flag}=…, was followed by a flag`, { cause });
    const [sentence] = cause.message.split(/[.]\s/);
    throw usage(`${sentence!.charAt(0).toLowerCase()}${sentence!.slice(1)}`, { cause });
  }
};

/** @throws PipelineError TAPE_USAGE for an argument that is no flag where none is taken, and where npm kept flags. */
const mustBeMeant = ({ positionals }: Arguments, meant: string | undefined, takesFile: boolean): void => {
  const odd = takesFile ? undefined : positionals[0];
  const problem = odd === undefined ? [] : [`only flags are known, was given ${JSON.stringify(odd)}`];
  const hint = meant === undefined ? [] : [`npm takes flags behind --: ${meant}`];
  if (problem.length + hint.length > 0) throw usage([...problem, ...hint].join("; "));
};

/** An error of use, which points to `--help`. */
export const usage = (problem: string, options: ErrorOptions = {}): PipelineError =>
  new PipelineError("TAPE_USAGE", `${problem}; --help says what there is`, options);
