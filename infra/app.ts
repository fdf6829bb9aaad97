/**
 * Synthesizes the CDK app, offline and without an account.
 *
 *     node infra/app.ts                                              into cdk.out
 *     CDK_OUTDIR=/tmp/out CDK_CONTEXT_JSON='{"shards":"4"}' node infra/app.ts
 *     cdk synth -c shards=4                                          the same by the CDK's own tool
 *
 * The bundles must have been built (`npm run build`), into build/lambdas or where BUNDLES_DIR says. Settings are those of
 * tapestream.config.ts, changed by context; the repository's cdk.json holds here too, as it does under the CDK's tool.
 * The settings as they came out are left beside the templates, in tapestream.json. A mistake, or a finding of the security
 * rules that nobody acknowledged, ends in exit code 1; the argument --laptop leaves the rules out, for what no account sees.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { PipelineError } from "#core/errors.ts";
import { cdkContext, givenContext, givenSettings, orOneSentence } from "./given.ts";
import { readConfig } from "./read-config.ts";
import { addTapestream } from "./tapestream.ts";

const root = join(import.meta.dirname, "..");

const synthesize = async (): Promise<void> => {
  givenContext();
  const outdir = process.env["CDK_OUTDIR"] ?? join(root, "cdk.out");
  const app = new App({
    // Held under what CDK_CONTEXT_JSON gives, which the App reads by itself.
    context: cdkContext(),
    outdir,
    analyticsReporting: false,
    autoSynth: false,
    treeMetadata: false,
  });
  const config = readConfig(app.node.getAllContext() as Record<string, unknown>, await givenSettings());
  const lambdasFolder = process.env["BUNDLES_DIR"] ?? join(root, "build/lambdas");
  addTapestream(app, { config, lambdasFolder });
  if (!process.argv.includes("--laptop")) (await import("./security-rules.ts")).addSecurityRules(app);
  synthesizeChecked(app);
  writeFileSync(join(outdir, "tapestream.json"), `${JSON.stringify(config, undefined, 2)}\n`);
};

/** @throws PipelineError TAPE_CONFIG_INVALID when a check finds something, which the CDK has then said on stderr */
const synthesizeChecked = (app: App): void => {
  try {
    app.synth();
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name !== "ValidationFailed") throw cause;
    throw new PipelineError(
      "TAPE_CONFIG_INVALID",
      "the stacks must pass every check, do not: the findings stand above",
      {
        cause,
      },
    );
  }
};

await orOneSentence(synthesize);
