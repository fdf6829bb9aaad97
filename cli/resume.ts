import { openAccount } from "./account/account.ts";
import { mustFindPipeline } from "./account/deployment.ts";
import { resourcesOfStack } from "./account/stacks.ts";
import { setSwitch, switchesAmong } from "./account/switches.ts";
import { mustBeFlagsAlone, runCommand } from "./command.ts";
import { countOf, say } from "./output.ts";

const HELP = `Resumes a deployment that npm run pause has paused: enables its event source mappings and schedules.

Usage: npm run resume

  --help  shows this

Each goes on where it stopped. Updates of bars that nobody was told of meanwhile are in the store. Resuming twice does
no harm.
`;

const resume = async (): Promise<number> => {
  using account = await openAccount();
  const pipeline = await mustFindPipeline(account);
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
  options: {},
  run: async (args) => {
    mustBeFlagsAlone(args);
    return resume();
  },
});
