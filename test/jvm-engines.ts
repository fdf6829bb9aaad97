import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { PipelineError } from "#core/errors.ts";
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

const NEEDS = `
npm run test:kafka starts Kafka, Cassandra and Redis of its own on loopback. It needs Java 17 or later, Maven, a network
once (for 120 MB of jars, which stay in ~/.cache/tapestream/jars), and redis-server on the PATH or named by REDIS_SERVER.
Here it cannot run:`;

/** Starts Kafka, Cassandra and Redis for all tests of a run, and ends them after it; says what is missing, and ends the run. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  try {
    return await start(project);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    process.stderr.write(`${NEEDS} ${error.message}\n\n`);
    return process.exit(1);
  }
};

const start = async (project: TestProject): Promise<() => Promise<void>> => {
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
