import { Admin } from "@platformatic/kafka";
import { clientOptions, type KafkaOptions } from "#adapters/kafka/topic.ts";

/** A consumer group as its broker knows it. */
export interface GroupWatch extends AsyncDisposable {
  /** Whether partitions are being shared out anew: members are waited for, or have not all heard yet. */
  readonly isSharingOut: () => Promise<boolean>;
}

export const watchGroup = (options: KafkaOptions, name: string): GroupWatch => {
  const admin = new Admin(clientOptions(options));
  return {
    isSharingOut: async () => {
      const group = (await admin.describeGroups({ groups: [name] })).get(name);
      return group?.state.endsWith("Rebalance") ?? false;
    },
    [Symbol.asyncDispose]: () => admin.close(),
  };
};
