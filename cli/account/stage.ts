import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { isStage, STAGE_RULE } from "#core/deployment.ts";
import { PipelineError } from "#core/errors.ts";
import { usage, type Arguments } from "../command.ts";

/** The flag that names a stage, for {@link givenStage} and {@link readStage}. */
export const STAGE_OPTION = { stage: { type: "string" } } as const;

const CONFIG_FILE = "tapestream.config.ts";
const CONFIG_URL = pathToFileURL(join(import.meta.dirname, "../..", CONFIG_FILE)).href;

/** The stage that `--stage` names, undefined without that flag. @throws PipelineError TAPE_USAGE */
export const givenStage = (args: Arguments): string | undefined => {
  const stage = args.text("stage");
  if (stage !== undefined && !isStage(stage))
    throw usage(`--stage must be ${STAGE_RULE}, was ${JSON.stringify(stage)}`);
  return stage;
};

/**
 * The stage that a command acts on: what `--stage` names, else what tapestream.config.ts says; `""` is the one without a name.
 * @throws PipelineError TAPE_USAGE, TAPE_CONFIG_INVALID
 */
export const readStage = async (args: Arguments): Promise<string> => givenStage(args) ?? (await configuredStage());

const configuredStage = async (): Promise<string> => {
  const { stage = "" } = (await importSettings()) ?? {};
  if (typeof stage === "string" && isStage(stage)) return stage;
  const was = JSON.stringify(stage);
  throw new PipelineError("TAPE_CONFIG_INVALID", `stage of ${CONFIG_FILE} must be ${STAGE_RULE}, was ${was}`);
};

const importSettings = async (): Promise<{ readonly stage?: unknown } | undefined> => {
  try {
    return ((await import(CONFIG_URL)) as { readonly settings?: { readonly stage?: unknown } }).settings;
  } catch (cause) {
    const [first] = String(cause).trim().split("\n");
    throw new PipelineError("TAPE_CONFIG_INVALID", `${CONFIG_FILE} must be a module of TypeScript, was not: ${first}`, {
      cause,
    });
  }
};

/** A deployment as a sentence names it. */
export const stageWords = (stage: string): string => (stage === "" ? "tapestream" : `tapestream's stage ${stage}`);
