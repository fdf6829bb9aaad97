import { openCredentials } from "#adapters/iam/credentials.ts";
import { openKafkaFrameStream } from "#adapters/kafka/frame-stream.ts";
import { iamSecurity } from "#adapters/kafka/iam.ts";
import { openKafkaShardReader } from "#adapters/kafka/shard-reader.ts";
import type { TopicOptions } from "#adapters/kafka/topic.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import type { FrameStream } from "#core/ports/frame-stream.ts";
import type { ShardReader } from "#core/ports/shard-reader.ts";
import { readText, type Environment } from "../environment.ts";
import type { TicksPlace } from "./ticks-place.ts";

export { byPartition as byShard } from "../aggregator/kafka-event.ts";

export const openFrameStream = (place: TicksPlace, env: Environment): FrameStream =>
  openKafkaFrameStream(topicOf(place, env));

export const openShardReader = (place: TicksPlace, env: Environment): ShardReader =>
  openKafkaShardReader(topicOf(place, env));

/**
 * The topic of an MSK cluster, which is entered by IAM.
 * @throws PipelineError TAPE_CONFIG_INVALID when the brokers are not said, or the region not by the environment.
 */
const topicOf = ({ ticksStream, ticksBrokers }: TicksPlace, env: Environment): TopicOptions => ({
  brokers: readText({ TICKS_BROKERS: ticksBrokers }, "TICKS_BROKERS").split(","),
  security: iamSecurity({ region: readText(env, "AWS_REGION"), credentials: openCredentials(), clock }),
  topic: ticksStream,
});
