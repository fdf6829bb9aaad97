import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { openCassandraNode } from "#local/jars/cassandra-node.ts";
import { openKafkaBroker } from "#local/jars/kafka-broker.ts";
import { openTemporaryDir } from "#local/temporary-dir.ts";
import { openEngineControl } from "./engine-control.ts";
import { openRedis } from "./redis-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    readonly kafka: { readonly address: string; readonly classPath: string };
    readonly cassandra: { readonly address: string; readonly dataCenter: string };
    /** Undefined where this machine has no Redis. */
    readonly redisUrl: string | undefined;
    /** Where the engines are killed and started. */
    readonly engines: string;
  }
}

/**
 * Starts Kafka, Cassandra and Redis for all tests of a run, and ends them after it.
 * @throws PipelineError TAPE_ENGINE_UNAVAILABLE with one sentence that says what is missing.
 */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  await using started = new AsyncDisposableStack();
  const { dir } = started.use(await openTemporaryDir("jvm-engines-"));
  const redis = await openRedis();
  if (redis !== undefined) started.use(redis);
  const progress = (what: string): boolean => process.stderr.write(`${what}\n`);
  const [kafka, cassandra] = await Promise.all([
    openKafkaBroker({ dir: join(dir, "kafka"), progress }),
    openCassandraNode({ dir: join(dir, "cassandra"), progress }),
  ]);
  started.use(kafka);
  started.use(cassandra);
  const control = started.use(await openEngineControl({ kafka, cassandra }));
  project.provide("kafka", { address: kafka.address, classPath: kafka.classPath });
  const address = `${cassandra.host}:${cassandra.port}`;
  project.provide("cassandra", { address, dataCenter: cassandra.dataCenter });
  project.provide("redisUrl", redis?.url);
  project.provide("engines", control.url);
  const ends = started.move();
  return () => ends.disposeAsync();
};
