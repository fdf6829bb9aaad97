import { join, resolve } from "node:path";
import { FAULT_KINDS, type FaultKind } from "#local/misbehaviour/fault-kind.ts";
import { usage, type Arguments } from "../command.ts";
import { readSpeed, readWhole } from "../values.ts";

export interface ChaosSettings {
  readonly source: "replay" | "sim";
  readonly file: string;
  readonly seed: number;
  readonly seconds: number;
  /** Trade time per wall time; undefined: all of the source within `seconds`. */
  readonly speed: number | "max" | undefined;
  /** Each once, in the order of all kinds. */
  readonly faults: readonly FaultKind[];
  readonly reportFile: string | undefined;
  /** Where the dashboard of the run is served; undefined: nowhere. */
  readonly port: number | undefined;
  /** The command line that repeats the run. */
  readonly again: string;
}

const EXCERPT = join(import.meta.dirname, "../../data/trades-2013-10-07-0930.csv.gz");
const LARGEST_SEED = 999_999_999;
const LONGEST_SECONDS = 86_400;

/** The settings of a command line; `newSeed` is asked where it names none. @throws PipelineError TAPE_USAGE */
export const readChaosSettings = (args: Arguments, newSeed: () => number): ChaosSettings => {
  const source = args.text("source") ?? "replay";
  if (source !== "replay" && source !== "sim")
    throw usage(`--source must be replay or sim, was ${JSON.stringify(source)}`);
  const [file, speed, faults] = [args.text("file"), args.text("speed"), args.text("faults")];
  const port = args.text("port");
  if (source === "sim" && file !== undefined) throw usage("--file goes with a replay, --source was sim");
  const seed = readWhole("--seed", args.text("seed") ?? String(newSeed()), 0, LARGEST_SEED);
  const seconds = readWhole("--for", args.text("for") ?? "60", 1, LONGEST_SECONDS);
  const flags = [
    ...(source === "sim" ? ["--source sim"] : []),
    ...(file === undefined ? [] : [`--file ${quoted(file)}`]),
    `--seed ${seed}`,
    `--for ${seconds}`,
    ...(speed === undefined ? [] : [`--speed ${speed}`]),
    ...(faults === undefined ? [] : [`--faults ${faults}`]),
  ];
  return {
    source,
    file: file === undefined ? EXCERPT : resolve(file),
    seed,
    seconds,
    speed: speed === undefined ? undefined : readSpeed(speed),
    faults: faults === undefined ? FAULT_KINDS : readFaults(faults),
    reportFile: args.text("report"),
    port: port === undefined ? undefined : readWhole("--port", port, 0, 65_535),
    again: `npm run chaos -- ${flags.join(" ")}`,
  };
};

const readFaults = (text: string): readonly FaultKind[] => {
  const named = new Set(text.split(","));
  for (const name of named) {
    if (!(FAULT_KINDS as readonly string[]).includes(name))
      throw usage(`--faults must name faults that --help lists, parted by commas, had ${JSON.stringify(name)}`);
  }
  return FAULT_KINDS.filter((kind) => named.has(kind));
};

const quoted = (path: string): string =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
