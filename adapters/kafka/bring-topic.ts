import { Admin, ConfigResourceTypes, IncrementalAlterConfigOperationTypes } from "@platformatic/kafka";
import type { DurationMs } from "#core/units.ts";
import { clientOptions, createTopics, REPLICAS_OF_CLUSTER, type TopicOptions } from "./topic.ts";
import { unavailable } from "./unavailable.ts";

export interface TopicSettings extends TopicOptions {
  readonly partitions: number;
  readonly retentionMs: DurationMs;
}

/**
 * Makes a topic that is not there, and brings one that is to its settings: it keeps records for so long, and gets the
 * partitions that it lacks. It never loses any, for Kafka has no way to.
 * @throws PipelineError TAPE_STREAM_UNAVAILABLE
 */
export const bringTopic = async ({ topic, partitions, retentionMs, ...options }: TopicSettings): Promise<void> => {
  await createTopics(options, [{ topic, partitions, retentionMs, replicas: REPLICAS_OF_CLUSTER }]);
  const admin = new Admin(clientOptions(options));
  try {
    await admin.incrementalAlterConfigs({ resources: [keepFor(topic, retentionMs)] });
    const { topics } = await admin.metadata({ topics: [topic] });
    const count = topics.get(topic)?.partitionsCount ?? partitions;
    if (count < partitions)
      await admin.createPartitions({ topics: [{ name: topic, count: partitions, assignments: null }] });
  } catch (error) {
    throw unavailable(topic, error);
  } finally {
    await admin.close();
  }
};

const keepFor = (resourceName: string, retentionMs: DurationMs) => ({
  resourceType: ConfigResourceTypes.TOPIC,
  resourceName,
  configs: [
    {
      name: "retention.ms",
      configOperation: IncrementalAlterConfigOperationTypes.SET,
      value: String(retentionMs),
    },
  ],
});
