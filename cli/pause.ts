import { DescribeStreamSummaryCommand } from "@aws-sdk/client-kinesis";
import { OUTPUTS, stackNamesOf } from "#core/deployment.ts";
import type { Bill } from "#core/plan/bill.ts";
import { pausedCostOf } from "#core/plan/cost.ts";
import { asked, openAccount, type Account } from "./account/account.ts";
import { mustFindPipeline } from "./account/deployment.ts";
import { readStage, STAGE_OPTION } from "./account/stage.ts";
import { findStack, resourcesOfStack, type DeployedStack } from "./account/stacks.ts";
import { setSwitch, switchesAmong } from "./account/switches.ts";
import { billWords } from "./account/words.ts";
import { runCommand } from "./command.ts";
import { countOf, say } from "./output.ts";

const HELP = `Pauses a deployment: disables its schedules and event source mappings, and says what still bills.

Usage: npm run pause [-- flags]

  --stage NAME  of several deployments in one account, the one of this name    (default: that of tapestream.config.ts)
  --help        shows this

With stream msk the cluster goes on and is billed by the hour: only npm run destroy ends it.
Nothing is deleted, sockets stay open, and bars can be read. A run of the fetcher that is under way ends within a minute.
npm run resume goes on where it stopped: trades that others put meanwhile wait in the stream, for as long as it keeps
them. The alarms FetcherSilent and HeartbeatSilent go off meanwhile, as they should. Pausing twice does no harm.
`;

const pause = async (stage: string): Promise<number> => {
  using account = await openAccount();
  const pipeline = await mustFindPipeline(account, stage);
  const storage = await findStack(account, stackNamesOf(stage).storage);
  const bill = await pausedBillOf(account, pipeline, storage);
  const switches = switchesAmong(await resourcesOfStack(account, pipeline));
  // What puts trades first, so that there is nothing new to fold.
  const inOrder = switches.toSorted((a, b) => Number(a.kind === "mapping") - Number(b.kind === "mapping"));
  let turned = 0;
  for (const one of inOrder) if (await setSwitch(account, one, false)) turned++;
  say(
    `${pipeline.name} in ${account.region} is paused: ${countOf(turned, "switch", "switches")} of ${inOrder.length} put off`,
  );
  say("What still bills, a month:");
  for (const line of billWords(bill)) say(line);
  return 0;
};

/** Its open shards, and those that all of its consumers read together. */
interface StreamShards {
  readonly shards: number;
  readonly consumed: number;
}

/** A cluster of MSK cannot be paused: it costs the same by the hour whether anything is sent or not. */
const pausedBillOf = async (
  account: Account,
  pipeline: DeployedStack,
  storage: DeployedStack | undefined,
): Promise<Bill> => {
  const bars = await streamOf(account, pipeline, OUTPUTS.barsStream);
  const partitions = pipeline.outputs[OUTPUTS.ticksPartitions];
  if (partitions !== undefined) {
    const hasKeyspaces = storage?.outputs[OUTPUTS.keyspace] !== undefined;
    return pausedCostOf({ partitions: Number(partitions), hasKeyspaces, bars: bars.shards, consumed: bars.consumed });
  }
  const ticks = await streamOf(account, pipeline, OUTPUTS.ticksStream);
  return pausedCostOf({ ticks: ticks.shards, bars: bars.shards, consumed: ticks.consumed + bars.consumed });
};

const streamOf = async (account: Account, { outputs }: DeployedStack, output: string): Promise<StreamShards> => {
  const StreamName = outputs[output] ?? "";
  const { StreamDescriptionSummary } = await asked("Kinesis", () =>
    account.kinesis.send(new DescribeStreamSummaryCommand({ StreamName })),
  );
  const { OpenShardCount: shards = 0, ConsumerCount: consumers = 0 } = StreamDescriptionSummary ?? {};
  return { shards, consumed: shards * consumers };
};

await runCommand({
  help: HELP,
  options: STAGE_OPTION,
  run: async (args) => {
    return pause(await readStage(args));
  },
});
