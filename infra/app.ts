/**
 * Synthesizes the CDK app, offline and without an account.
 *
 *     node infra/app.ts                                              into cdk.out
 *     CDK_OUTDIR=/tmp/out CDK_CONTEXT_JSON='{"shards":"4"}' node infra/app.ts
 *     cdk synth -c shards=4                                          the same by the CDK's own tool
 *
 * APP_STAGE names a stage: its stacks bear its name in front, so that a second app can live in one account.
 * The bundles must have been built (`npm run build`), into build/lambdas or where BUNDLES_DIR says. Settings are described in config.ts; those of the repository's
 * cdk.json hold here too, as they do under the CDK's tool. A mistake ends in one sentence on stderr and exit code 1.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App, Stage } from "aws-cdk-lib";
import { PipelineError } from "#core/errors.ts";
import { readConfig } from "./config.ts";
import { addTapestream } from "./tapestream.ts";

const root = join(import.meta.dirname, "..");

const synthesize = (): void => {
  readContext("CDK_CONTEXT_JSON", process.env["CDK_CONTEXT_JSON"] ?? "{}");
  const settings = readContext("cdk.json", readFileSync(join(root, "cdk.json"), "utf8"));
  const app = new App({
    // Held under what CDK_CONTEXT_JSON gives, which the App reads by itself.
    context: settings["context"] as Record<string, unknown>,
    outdir: process.env["CDK_OUTDIR"] ?? join(root, "cdk.out"),
    analyticsReporting: false,
    autoSynth: false,
    treeMetadata: false,
  });
  const config = readConfig(app.node.getAllContext() as Record<string, unknown>);
  const stage = process.env["APP_STAGE"];
  addTapestream(stage === undefined ? app : new Stage(app, stage), {
    config,
    lambdasFolder: process.env["BUNDLES_DIR"] ?? join(root, "build/lambdas"),
  });
  app.synth();
};

const readContext = (name: string, text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new PipelineError("TAPE_CONFIG_INVALID", `${name} must be JSON, was not: ${(cause as Error).message}`, {
      cause,
    });
  }
};

try {
  synthesize();
} catch (error) {
  if (!(error instanceof PipelineError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
