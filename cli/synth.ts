import { buildLambdas } from "#tools/build.ts";
import { mustBeSettings, synthesize } from "./assemble.ts";
import { runCommand, type Arguments } from "./command.ts";
import { readContext } from "./context.ts";
import { say, sayBuilt } from "./output.ts";

const HELP = `Bundles the functions and synthesizes the app into cdk.out, offline and without an account.

Usage: npm run synth [-- flags]

  -c, --context KEY=VALUE  a setting for once, before tapestream.config.ts; may repeat   (docs/configuration.md)
  --help                   shows this
`;

const synth = async (args: Arguments): Promise<number> => {
  const context = readContext(args);
  const environment = Object.keys(context).length === 0 ? {} : { CDK_CONTEXT_JSON: JSON.stringify(context) };
  await mustBeSettings(environment);
  sayBuilt(await buildLambdas({ hasOtherEngines: true }));
  await synthesize(environment);
  say("cdk.out holds the app");
  return 0;
};

await runCommand({ help: HELP, options: { context: { type: "string", short: "c", multiple: true } }, run: synth });
