import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { openLocalCloud, type LocalCloud } from "#local/cloud.ts";
import { HANDLERS } from "#tools/build.ts";
import { assemble } from "../cli/assemble.ts";
import type { Benchmark } from "./benchmark.ts";
import { coldEvents, type FunctionName } from "./cold-events.ts";
import { figureOf } from "./figure.ts";

/** The aggregator first: what the fetcher puts into the stream would be its to read. */
const NAMES: readonly FunctionName[] = [
  "aggregator",
  ...(Object.keys(HANDLERS) as FunctionName[]).filter((name) => name !== "aggregator"),
];

/** Enough for a run on a schedule to do its work once, and too little to wait for a second time. */
const REMAINING_MS = { fetcher: 30_000, others: 1_500 } as const;

/**
 * What a function costs that is not warm yet: the length of its bundle, and the time of a fresh process from its start to
 * the end of its first event, Node's own start included, against the embedded engines. Lambda's own part, which fetches
 * the bundle and starts a machine, is not in it.
 */
export const coldBenchmark: Benchmark = {
  names: ["cold.bundle_bytes", "cold.first_event_ms", "cold.first_event_cpu_ms"],
  measure: async function* ({ isQuick, progress }) {
    progress("cold: builds and opens the local cloud");
    await using assembly = await assemble({ source: "sim:?trades=1" });
    await using cloud = await openLocalCloud({ assemblyDir: assembly.dir, schedules: false });
    const events = await coldEvents();
    const rounds = isQuick ? 1 : 7;
    for (const name of NAMES) {
      const file = join(assembly.bundlesDir, name, "index.mjs");
      const title = { case: name };
      yield figureOf({ ...title, name: "cold.bundle_bytes", unit: "bytes" }, [(await stat(file)).size]);
      progress(`cold: ${name}`);
      const environment = { ...(await environmentOf(cloud, file)), ...cloud.environment };
      const samples: ColdSample[] = [];
      for (let round = 0; round < rounds; round++) {
        const event = events[name](round);
        samples.push(await runCold({ file, event, environment, remainingMs: remainingMsOf(name) }));
      }
      const figure = (of: string, values: readonly number[]) =>
        figureOf({ ...title, name: `cold.${of}`, unit: "ms" }, values);
      yield figure(
        "first_event_ms",
        samples.map(({ wallMs }) => wallMs),
      );
      yield figure(
        "first_event_cpu_ms",
        samples.map(({ cpuMs }) => cpuMs),
      );
    }
  },
};

const remainingMsOf = (name: FunctionName): number => (name === "fetcher" ? REMAINING_MS.fetcher : REMAINING_MS.others);

/** The environment of the function that has this bundle: assets go by what they hold. */
const environmentOf = async (cloud: LocalCloud, file: string): Promise<Readonly<Record<string, string>>> => {
  const bundle = await readFile(file);
  for (const { assetDir, environment } of cloud.functions) {
    if (bundle.equals(await readFile(join(assetDir, "index.mjs")))) return environment;
  }
  throw new RangeError(`a function of the app must have the bundle ${file}, none has`);
};

interface ColdRun {
  readonly file: string;
  readonly event: object;
  readonly environment: Readonly<Record<string, string>>;
  readonly remainingMs: number;
}

interface ColdSample {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Plain JavaScript, as the bundle is: the process is to do nothing that a function does not. */
const PROCESS = `
const { handler } = await import(process.env.BENCH_BUNDLE);
const remainingMs = Number(process.env.BENCH_REMAINING_MS);
await handler(JSON.parse(process.env.BENCH_EVENT), { getRemainingTimeInMillis: () => remainingMs });
const wallMs = performance.now();
const { user, system } = process.cpuUsage();
process.stdout.write("\\n" + JSON.stringify({ wallMs, cpuMs: (user + system) / 1000 }), () => process.exit(0));
`;

/** Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const runCold = async ({ file, event, environment, remainingMs }: ColdRun): Promise<ColdSample> => {
  const variables = {
    ...environment,
    AWS_LAMBDA_FUNCTION_NAME: "cold",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1024",
    BENCH_BUNDLE: pathToFileURL(file).href,
    BENCH_EVENT: JSON.stringify(event),
    BENCH_REMAINING_MS: String(remainingMs),
  };
  const args = ["--input-type=module", "--eval", PROCESS];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: variables });
  return JSON.parse(stdout.split("\n").at(-1)!) as ColdSample;
};
