import { DescribeStreamSummaryCommand } from "@aws-sdk/client-kinesis";
import { OUTPUTS } from "#core/deployment.ts";
import { PipelineError } from "#core/errors.ts";
import { askedOr, type Account } from "./account.ts";
import type { SynthesizedSettings } from "./settings.ts";
import type { DeployedStack } from "./stacks.ts";

/**
 * As many shards as a stream that has `now` can be given at once on its way to `wanted`: Kinesis does not more than double
 * their number, nor more than halve it.
 * Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
 */
export const nextShardCount = (now: number, wanted: number): number =>
  Math.min(Math.max(wanted, Math.ceil(now / 2)), now * 2);

/**
 * Refuses numbers of shards that are too far from those that the streams have: CloudFormation would find that out in the
 * middle of its work, and take all of it back.
 * @throws PipelineError TAPE_DEPLOYMENT_FAILED with what to deploy first, or TAPE_ACCOUNT_UNAVAILABLE
 */
export const mustBeWithinReach = async (
  account: Pick<Account, "kinesis">,
  found: readonly Pick<DeployedStack, "outputs">[],
  settings: Pick<SynthesizedSettings, "stream" | "shards" | "barsShards">,
): Promise<void> => {
  const outputs = Object.assign({}, ...found.map((stack) => stack.outputs)) as DeployedStack["outputs"];
  const ticksStream = settings.stream === "kinesis" ? outputs[OUTPUTS.ticksStream] : undefined;
  await mustReach(account, ticksStream, "shards", settings.shards);
  await mustReach(account, outputs[OUTPUTS.barsStream], "barsShards", settings.barsShards);
};

const mustReach = async (
  { kinesis }: Pick<Account, "kinesis">,
  StreamName: string | undefined,
  setting: "shards" | "barsShards",
  wanted: number,
): Promise<void> => {
  if (StreamName === undefined) return;
  const answer = await askedOr("Kinesis", isAbsent, () =>
    kinesis.send(new DescribeStreamSummaryCommand({ StreamName })),
  );
  const now = answer?.StreamDescriptionSummary?.OpenShardCount ?? wanted;
  const next = nextShardCount(now, wanted);
  if (next === wanted) return;
  throw new PipelineError(
    "TAPE_DEPLOYMENT_FAILED",
    `${setting} must be at ${next < wanted ? "most" : "least"} ${next} this time, was ${wanted}: the stream ${StreamName} has ${now}, ` +
      `which Kinesis no more than doubles or halves at once, ten times a day; deploy with -c ${setting}=${next} first`,
  );
};

/** CloudFormation says so better. */
const isAbsent = ({ name }: Error): boolean => name === "ResourceNotFoundException";
