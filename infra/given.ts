import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PipelineError } from "#core/errors.ts";

const CDK_FILE = join(import.meta.dirname, "../cdk.json");

/** The context that CDK_CONTEXT_JSON gives. @throws PipelineError TAPE_CONFIG_INVALID */
export const givenContext = (): Readonly<Record<string, unknown>> =>
  readJson("CDK_CONTEXT_JSON", process.env["CDK_CONTEXT_JSON"] ?? "{}");

/** The context that the repository's cdk.json gives. @throws PipelineError TAPE_CONFIG_INVALID */
export const cdkContext = (): Readonly<Record<string, unknown>> =>
  readJson("cdk.json", readFileSync(CDK_FILE, "utf8"))["context"] as Readonly<Record<string, unknown>>;

/** The settings that tapestream.config.ts exports. @throws PipelineError TAPE_CONFIG_INVALID */
export const givenSettings = async (): Promise<unknown> => {
  try {
    const { settings = null } = (await import("../tapestream.config.ts")) as { readonly settings?: unknown };
    return settings;
  } catch (cause) {
    throw new PipelineError(
      "TAPE_CONFIG_INVALID",
      `tapestream.config.ts must be a module of TypeScript, was not: ${firstLineOf(cause)}`,
      { cause },
    );
  }
};

/** Does `work`, and ends this process's work on an operational error with its sentence on stderr and exit code 1. */
export const orOneSentence = async (work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
};

const firstLineOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).trim().split("\n")[0]!;

const readJson = (name: string, text: string): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new PipelineError("TAPE_CONFIG_INVALID", `${name} must be JSON, was not: ${(cause as Error).message}`, {
      cause,
    });
  }
};
