import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isStage, STAGE_RULE } from "#core/deployment.ts";
import { PipelineError } from "#core/errors.ts";
import { usage, type Arguments } from "../command.ts";

/** The flag that names a stage, for {@link givenStage} and {@link readStage}. */
export const STAGE_OPTION = { stage: { type: "string" } } as const;

const SETTINGS_FILE = join(import.meta.dirname, "../../tapestream.config.ts");

/** The stage that `--stage` names, undefined without that flag. @throws PipelineError TAPE_USAGE */
export const givenStage = (args: Arguments): string | undefined => {
  const stage = args.text("stage");
  if (stage !== undefined && !isStage(stage))
    throw usage(`--stage must be ${STAGE_RULE}, was ${JSON.stringify(stage)}`);
  return stage;
};

/**
 * The stage that a command acts on: what `--stage` names, else what the file of settings says; `""` is the one without a name.
 * @throws PipelineError TAPE_USAGE, TAPE_CONFIG_INVALID
 */
export const readStage = async (args: Arguments, settingsFile = SETTINGS_FILE): Promise<string> => {
  const given = givenStage(args);
  if (given !== undefined) return given;
  const { settings } = await importSettings(settingsFile);
  const { stage = "" } = settings ?? {};
  if (typeof stage === "string" && isStage(stage)) return stage;
  throw invalid(`stage in tapestream.config.ts must be ${STAGE_RULE}, was ${JSON.stringify(stage)}`);
};

interface SettingsModule {
  readonly settings?: { readonly stage?: unknown };
}

const importSettings = async (file: string): Promise<SettingsModule> => {
  try {
    return (await import(pathToFileURL(file).href)) as SettingsModule;
  } catch (cause) {
    const [first] = String(cause).trim().split("\n");
    throw invalid(`tapestream.config.ts must be a module of TypeScript, was not: ${first}`, { cause });
  }
};

const invalid = (message: string, options: ErrorOptions = {}): PipelineError =>
  new PipelineError("TAPE_CONFIG_INVALID", message, options);

/** A deployment as a sentence names it. */
export const stageWords = (stage: string): string => (stage === "" ? "tapestream" : `tapestream's stage ${stage}`);
