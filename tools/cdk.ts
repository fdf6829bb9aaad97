import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { runScript, type ScriptOptions } from "./run-script.ts";

const CDK = join(dirname(createRequire(import.meta.url).resolve("aws-cdk/package.json")), "bin/cdk");

/**
 * Runs the CDK's own tool in the repository and returns all that it said.
 * @throws PipelineError TAPE_STATE_INVALID with its last lines when it fails
 */
export const runCdk = (args: readonly string[], options: ScriptOptions): Promise<string> => {
  const environment = { CDK_DISABLE_VERSION_CHECK: "1", ...options.environment };
  const script = { name: `cdk ${args[0]}`, file: CDK, args: [...args, "--no-notices", "--ci", "--no-color"] };
  return runScript(script, { ...options, environment });
};
