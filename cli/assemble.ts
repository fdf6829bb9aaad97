import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { PipelineError } from "#core/errors.ts";
import { slidingWindowText, type SlidingWindow } from "#core/sliding-window.ts";
import { openTemporaryDir } from "#local/temporary-dir.ts";
import { buildLambdas } from "#tools/build.ts";
import type { SynthesizedSettings } from "./account/settings.ts";

const ROOT = join(import.meta.dirname, "..");

/** A synthesized CDK app in a folder of its own, which goes when it is disposed of. */
export interface Assembly extends AsyncDisposable {
  readonly dir: string;
  /** The bundles that the app was synthesized with, a folder each. */
  readonly bundlesDir: string;
}

/**
 * What a laptop chooses: a window that closes soon, and tickets for all who reach it, known or not, as many at once as its
 * sockets take: no stranger can reach it, and nobody pays for them.
 * The embedded Kinesis knows no consumers, and is what there is here, as the embedded DynamoDB is.
 */
const LAPTOP_SETTINGS = {
  arrivalWindowSeconds: "5",
  dataRemoval: "destroy",
  stage: "",
  fanOut: "none",
  store: "dynamodb",
  stream: "kinesis",
  access: "ticket",
  ticketsPerSecond: "500",
  ticketsBurst: "1000",
  allowedOrigins: "",
  jwtIssuer: "",
  jwtAudiences: "",
  signInClientId: "",
  signInOrigins: "",
} as const;

/**
 * Builds the functions and synthesizes the app with the laptop's settings and `settings`, before those of tapestream.config.ts.
 * @throws PipelineError TAPE_CONFIG_INVALID with the app's own sentence when it refuses the settings, or when `signal`
 * aborts before it is done.
 */
export const assemble = async (settings: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Assembly> => {
  const folder = await openTemporaryDir("tapestream-");
  const [bundlesDir, dir] = [join(folder.dir, "lambdas"), join(folder.dir, "cdk.out")];
  try {
    await buildLambdas({ outDir: bundlesDir });
    const context = JSON.stringify({ ...LAPTOP_SETTINGS, ...settings });
    const environment = { BUNDLES_DIR: bundlesDir, CDK_OUTDIR: dir, CDK_CONTEXT_JSON: context };
    await runInfra({ script: "app.ts", args: ["--laptop"], signal }, environment);
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
  return { dir, bundlesDir, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
};

/** The setting of the averages that flags ask for; without any, what tapestream.config.ts says holds. */
export const slidingSetting = (sliding: readonly SlidingWindow[]): Readonly<Record<string, string>> =>
  sliding.length === 0 ? {} : { slidingAverages: sliding.map(slidingWindowText).join(",") };

/**
 * Synthesizes the app with more variables, those of infra/app.ts.
 * @throws PipelineError TAPE_CONFIG_INVALID with the app's own sentence when it refuses its settings, or when `signal`
 * aborts before it is done.
 */
export const synthesize = async (
  environment: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<void> => {
  await runInfra({ script: "app.ts", args: [], signal }, environment);
};

/**
 * The settings that {@link synthesize} will read with the same variables, within a second: before what takes longer.
 * @throws PipelineError TAPE_USAGE with the app's own sentence when it refuses them
 */
export const mustReadSettings = async (environment: Readonly<Record<string, string>>): Promise<SynthesizedSettings> => {
  try {
    return JSON.parse(await runInfra({ script: "check-settings.ts", args: [] }, environment)) as SynthesizedSettings;
  } catch (cause) {
    if (!(cause instanceof PipelineError)) throw cause;
    throw new PipelineError("TAPE_USAGE", cause.message, { cause });
  }
};

interface InfraScript {
  readonly script: string;
  readonly args: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** What the script says. */
const runInfra = async (
  { script, args, signal }: InfraScript,
  environment: Readonly<Record<string, string>>,
): Promise<string> => {
  const child = spawn(process.execPath, [`infra/${script}`, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    ...(signal === undefined ? {} : { signal }),
  });
  // A child that is aborted says so before it closes.
  child.on("error", () => undefined);
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [said, wrong] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if ((await exited) !== 0)
    throw new PipelineError("TAPE_CONFIG_INVALID", wrong.trim() || "the app must synthesize, did not");
  return said;
};
