import { openCredentials } from "#adapters/iam/credentials.ts";
import { iamSecurity } from "#adapters/kafka/iam.ts";
import { bringTopic } from "#adapters/kafka/bring-topic.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openLogger } from "#adapters/powertools/logger.ts";
import { readText } from "../environment.ts";
import { readConfig } from "./topic-config.ts";

const config = readConfig(process.env);
const credentials = openCredentials();
const log = openLogger({ service: "ticks-topic" });

/** Makes the ticks topic, or brings it to its settings; the deployment waits for it. */
export const handler = log.traced((): Promise<void> =>
  bringTopic({
    brokers: config.ticksBrokers.split(","),
    security: iamSecurity({ region: readText(process.env, "AWS_REGION"), credentials, clock }),
    topic: config.ticksStream,
    partitions: config.ticksPartitions,
    retentionMs: config.ticksRetentionMs,
  }),
);
