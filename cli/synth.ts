import { buildLambdas } from "#tools/build.ts";
import { synthesize } from "./assemble.ts";
import { mustBeFlagsAlone, runCommand, usage, type Arguments } from "./command.ts";
import { say, sayBuilt } from "./output.ts";

const HELP = `Bundles the functions and synthesizes the app into cdk.out, offline and without an account.

Usage: npm run synth [-- flags]

  -c, --context KEY=VALUE  a setting of the app, like -c shards=4; may repeat   (all of them: infra/config.ts)
  --help                   shows this
`;

const synth = async (args: Arguments): Promise<number> => {
  mustBeFlagsAlone(args);
  const settings = Object.fromEntries(args.texts("context").map(readSetting));
  sayBuilt(await buildLambdas());
  await synthesize(Object.keys(settings).length === 0 ? {} : { CDK_CONTEXT_JSON: JSON.stringify(settings) });
  say("cdk.out holds the app");
  return 0;
};

/** @throws PipelineError TAPE_USAGE */
const readSetting = (text: string): readonly [string, string] => {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (key === undefined || value === undefined)
    throw usage(`--context must be like shards=4, was ${JSON.stringify(text)}`);
  return [key, value];
};

await runCommand({ help: HELP, options: { context: { type: "string", short: "c", multiple: true } }, run: synth });
