import { openAccount } from "./account/account.ts";
import { mustFindPipeline } from "./account/deployment.ts";
import { readStage, STAGE_OPTION } from "./account/stage.ts";
import { resourcesOfStack } from "./account/stacks.ts";
import { setSwitch, switchesAmong } from "./account/switches.ts";
import { runCommand } from "./command.ts";
import { countOf, say } from "./output.ts";

const HELP = `Resumes a deployment that npm run pause has paused: enables its event source mappings and schedules.

Usage: npm run resume [-- flags]

  --stage NAME  of several deployments in one account, the one of this name    (default: that of tapestream.config.ts)
  --help        shows this

Each goes on where it stopped. Updates of bars that nobody was told of meanwhile are in the store. Resuming twice does
no harm.
`;

const resume = async (stage: string): Promise<number> => {
  using account = await openAccount();
  const pipeline = await mustFindPipeline(account, stage);
  const switches = switchesAmong(await resourcesOfStack(account, pipeline));
  // What folds first, so that nothing waits.
  const inOrder = switches.toSorted((a, b) => Number(b.kind === "mapping") - Number(a.kind === "mapping"));
  let turned = 0;
  for (const one of inOrder) if (await setSwitch(account, one, true)) turned++;
  say(
    `${pipeline.name} in ${account.region} is at work: ${countOf(turned, "switch", "switches")} of ${inOrder.length} put on`,
  );
  return 0;
};

await runCommand({
  help: HELP,
  options: STAGE_OPTION,
  run: async (args) => {
    return resume(await readStage(args));
  },
});
