import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { openCassandraNode } from "#local/jars/cassandra-node.ts";
import { openKafkaBroker } from "#local/jars/kafka-broker.ts";
import { openTemporaryDir } from "#local/temporary-dir.ts";

declare module "vitest" {
  export interface ProvidedContext {
    readonly kafka: { readonly address: string; readonly classPath: string };
    readonly cassandra: { readonly address: string; readonly dataCenter: string };
  }
}

/** Starts a Kafka broker and a Cassandra node for all tests of a run, and ends them after it. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const folder = await openTemporaryDir("jvm-engines-");
  const progress = (what: string): boolean => process.stderr.write(`${what}\n`);
  const broker = await openKafkaBroker({ dir: join(folder.dir, "kafka"), progress });
  const node = await openCassandraNode({ dir: join(folder.dir, "cassandra"), progress });
  project.provide("kafka", { address: broker.address, classPath: broker.classPath });
  project.provide("cassandra", { address: `${node.host}:${node.port}`, dataCenter: node.dataCenter });
  return async () => {
    await Promise.all([broker.stop(), node.stop()]);
    await folder[Symbol.asyncDispose]();
  };
};
