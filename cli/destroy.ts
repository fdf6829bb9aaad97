import { OUTPUTS } from "#core/deployment.ts";
import { PipelineError } from "#core/errors.ts";
import { openAccount, type Account } from "./account/account.ts";
import { emptyBucket } from "./account/buckets.ts";
import { isConfirmed } from "./account/confirm.ts";
import { findDeployment, otherStagesWords } from "./account/deployment.ts";
import { dataAmong, deleteData, type KeptData } from "./account/kept-data.ts";
import { readStage, stageWords, STAGE_OPTION } from "./account/stage.ts";
import { deleteStack, resourcesOfStack, type DeployedStack } from "./account/stacks.ts";
import { destroyWords, endWords } from "./account/words.ts";
import { runCommand, usage, type Arguments } from "./command.ts";
import { say } from "./output.ts";

const HELP = `Takes a deployment out of an AWS account: deletes its stacks, and the data too when told so.

Usage: npm run destroy [-- flags]

  --stage NAME   of several deployments in one account, the one of this name    (default: that of tapestream.config.ts)
  --keep-data    keeps tables, the ticks stream and the bucket of failed batches, and says what they are called
  --delete-data  deletes them as well, for good
  --yes          does not ask; must come with one of the two above
  --help         shows this

Without flags it asks twice: whether to delete the stacks, and whether to delete the data. What dataRemoval says holds,
too: under "destroy" the data goes with its stack, and --keep-data is refused.
`;

const destroy = async (args: Arguments): Promise<number> => {
  const answer = readAnswer(args);
  const stage = await readStage(args);
  using account = await openAccount();
  const stacks = await findDeployment(account, stage);
  if (stacks.length === 0) {
    say(`nothing of ${stageWords(stage)} is deployed in ${account.region} of this account`);
    const others = await otherStagesWords(account, stage);
    if (others !== undefined) say(others);
    return 0;
  }
  const resources = (await Promise.all(stacks.map((stack) => resourcesOfStack(account, stack)))).flat();
  const data = await dataAmong(account, resources);
  for (const line of destroyWords(stacks, data, account.region)) say(line);
  mustBeKeepable(stacks, data, answer);
  if (!args.isSet("yes") && !(await isConfirmed("Delete these stacks?", INSTEAD))) {
    say("nothing was deleted");
    return 1;
  }
  const kept = data.filter(({ isRetained }) => isRetained);
  const isDataToo =
    answer === "ask" ? await isConfirmed("And the data that stays otherwise, for good?", INSTEAD) : answer === "delete";
  await deleteStacks(account, stacks, isDataToo);
  if (isDataToo) for (const one of kept) await deleteData(account, one);
  for (const line of endWords(kept, isDataToo)) say(line);
  return 0;
};

type Answer = "keep" | "delete" | "ask";

const INSTEAD = "--yes with --keep-data or --delete-data";

/** @throws PipelineError TAPE_USAGE */
const readAnswer = (args: Arguments): Answer => {
  const [isKept, isDeleted] = [args.isSet("keep-data"), args.isSet("delete-data")];
  if (isKept && isDeleted) throw usage("--keep-data and --delete-data contradict each other");
  if (args.isSet("yes") && !isKept && !isDeleted) throw usage("--yes must come with --keep-data or --delete-data");
  return isKept ? "keep" : isDeleted ? "delete" : "ask";
};

/** @throws PipelineError TAPE_DEPLOYMENT_FAILED when data is to be kept that goes with its stack */
const mustBeKeepable = (stacks: readonly DeployedStack[], data: readonly KeptData[], answer: Answer): void => {
  const bucket = failureBucketOf(stacks);
  const isKept = data.every(({ name, isRetained }) => name !== bucket || isRetained);
  if (answer !== "keep" || isKept) return;
  throw new PipelineError(
    "TAPE_DEPLOYMENT_FAILED",
    "data can be kept where dataRemoval is retain, was deployed with destroy: npm run deploy -- -c dataRemoval=retain first",
  );
};

const failureBucketOf = (stacks: readonly DeployedStack[]): string | undefined =>
  stacks.map(({ outputs }) => outputs[OUTPUTS.failureBucket]).find((name) => name !== undefined);

/** Deletes the stacks, the one that needs the others first, and what keeps CloudFormation from it before. */
const deleteStacks = async (account: Account, stacks: readonly DeployedStack[], isDataToo: boolean): Promise<void> => {
  const failures = failureBucketOf(stacks);
  for (const stack of stacks.toReversed()) {
    const page = stack.outputs[OUTPUTS.dashboardBucket];
    if (page !== undefined) await emptyBucket(account, page);
    if (isDataToo && failures !== undefined && stack.outputs[OUTPUTS.failureBucket] === failures)
      await emptyBucket(account, failures);
    await deleteStack(account, stack);
    say(`${stack.name} is gone`);
  }
};

await runCommand({
  help: HELP,
  options: {
    ...STAGE_OPTION,
    "keep-data": { type: "boolean" },
    "delete-data": { type: "boolean" },
    yes: { type: "boolean" },
  },
  run: destroy,
});
