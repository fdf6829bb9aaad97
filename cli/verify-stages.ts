import { join } from "node:path";
import { runScript, type ScriptOptions } from "#tools/run-script.ts";

const STAGE = "Beside";

/**
 * Deploys a second stage to the same account by the commands that a person has, pauses it, resumes it, and destroys it with all
 * data. Returns what is wrong with that: each command must act on the stage that it was told, and say so. Whether the first
 * stage is as it was is for the caller to ask.
 */
export const tryStages = async (outDir: string, options: ScriptOptions): Promise<readonly string[]> => {
  const environment = { ...options.environment, CDK_OUTDIR: outDir };
  const wrong: string[] = [];
  const run = async (name: string, args: readonly string[], mustSay: RegExp): Promise<void> => {
    const script = { name, file: join(import.meta.dirname, `${name}.ts`), args };
    const said = await runScript(script, { ...options, environment });
    if (!mustSay.test(said)) wrong.push(`${name} ${args.join(" ")} must say ${String(mustSay)}, said ${said.trim()}`);
  };
  const beside = ["--stage", STAGE];
  await run("deploy", [...beside, "--yes", "--method", "direct"], /^dashboard +https:/m);
  await run("pause", beside, /^Beside-TapestreamPipeline .* is paused: (\d+) switches of \1 put off$/m);
  await run("resume", ["--stage", ""], /^TapestreamPipeline .* is at work: 0 switches of /m);
  await run("resume", beside, /^Beside-TapestreamPipeline .* is at work: (\d+) switches of \1 put on$/m);
  await run("destroy", [...beside, "--delete-data", "--yes"], /^Beside-TapestreamStorage is gone$/m);
  await run("destroy", beside, /^nothing of tapestream's stage Beside .*\n.* reached with --stage ""$/m);
  return wrong;
};
