import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "./free-ports.ts";
import { jarFolder, type JarFolderOptions, type JarSet } from "./jar-folder.ts";
import { Jvm } from "./jvm.ts";

const CASSANDRA: JarSet = { name: "cassandra-5.0.5", artifacts: ["org.apache.cassandra:cassandra-all:5.0.5"] };

export interface NodeOptions extends JarFolderOptions {
  /** Keeps its data; made when absent. */
  readonly dir: string;
}

/** One Cassandra node, a cluster of its own, on loopback. */
export interface CassandraNode extends AsyncDisposable {
  readonly host: string;
  /** For CQL, the same after a restart. */
  readonly port: number;
  readonly dataCenter: string;
  /** Ends it as when its machine fails. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Starts it again on what it kept. */
  start(): Promise<void>;
}

/** Starts Cassandra from its published jars. @throws PipelineError TAPE_ENGINE_UNAVAILABLE */
export const openCassandraNode = async (options: NodeOptions): Promise<CassandraNode> => {
  const { dir } = options;
  const jars = await jarFolder(CASSANDRA, options);
  const [port, storagePort, jmxPort] = (await freePorts(3)) as [number, number, number];
  await mkdir(dir, { recursive: true });
  const [settings, logging] = [join(dir, "cassandra.yaml"), join(dir, "logback.xml")];
  await writeFile(settings, settingsOf(dir, port, storagePort));
  await writeFile(logging, LOGGING);
  options.progress?.("starting Cassandra");
  const start = (): Promise<Jvm> =>
    Jvm.start({
      name: "Cassandra",
      signal: options.signal,
      args: argumentsOf({ dir, settings, logging, jmxPort, jars }),
      cwd: dir,
      logFile: join(dir, "cassandra.log"),
      port,
    });
  let jvm = await start();
  return {
    host: "127.0.0.1",
    port,
    dataCenter: "datacenter1",
    kill: () => jvm.kill(),
    stop: () => jvm.stop(),
    start: async () => {
      jvm = await start();
    },
    [Symbol.asyncDispose]: () => jvm.stop(),
  };
};

interface NodePlaces {
  readonly dir: string;
  readonly settings: string;
  readonly logging: string;
  readonly jmxPort: number;
  readonly jars: string;
}

/** Of the JVM. */
const argumentsOf = ({ dir, settings, logging, jmxPort, jars }: NodePlaces): string[] => [
  ...ALWAYS,
  ...OPENED.flatMap(([flag, packages]) => packages.flatMap((each) => [flag, `${each}=ALL-UNNAMED`])),
  `-Dcassandra.config=file://${settings}`,
  `-Dlogback.configurationFile=${logging}`,
  `-Dcassandra.storagedir=${dir}`,
  `-Dcassandra.jmx.local.port=${jmxPort}`,
  "-cp",
  join(jars, "*"),
  "org.apache.cassandra.service.CassandraDaemon",
];

/** A gigabyte is enough, and a node alone has nobody to wait for. */
const ALWAYS = [
  "-Xmx1g",
  "-Dcassandra-foreground=yes",
  "-Dcassandra.skip_wait_for_gossip_to_settle=0",
  "-Dcassandra.ring_delay_ms=1",
];

/** What Cassandra reaches of Java 17's inside. Source: conf/jvm17-server.options of its distribution */
const OPENED: readonly (readonly [string, readonly string[]])[] = [
  [
    "--add-exports",
    [
      "java.base/jdk.internal.misc",
      "java.base/jdk.internal.ref",
      "java.base/sun.nio.ch",
      "java.management.rmi/com.sun.jmx.remote.internal.rmi",
      "java.rmi/sun.rmi.registry",
      "java.rmi/sun.rmi.server",
      "java.sql/java.sql",
      "java.base/java.lang.ref",
      "jdk.unsupported/sun.misc",
    ],
  ],
  [
    "--add-opens",
    [
      "java.base/java.lang.module",
      "java.base/jdk.internal.loader",
      "java.base/jdk.internal.ref",
      "java.base/jdk.internal.reflect",
      "java.base/jdk.internal.math",
      "java.base/jdk.internal.module",
      "java.base/jdk.internal.util.jar",
      "jdk.management/com.sun.management.internal",
      "java.base/sun.nio.ch",
      "java.base/java.io",
      "java.base/java.lang",
      "java.base/java.util",
      "java.base/java.nio",
    ],
  ],
];

/** Without it, all that Cassandra could say to those who build it. */
const LOGGING = `<configuration>
  <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d %-5level %logger{0} %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="OUT"/></root>
</configuration>
`;

/** The jar brings no settings along. Source: https://cassandra.apache.org/doc/5.0/cassandra/managing/configuration/cass_yaml_file.html */
const settingsOf = (dir: string, port: number, storagePort: number): string => `cluster_name: tapestream
num_tokens: 1
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
data_file_directories: [${JSON.stringify(join(dir, "data"))}]
commitlog_directory: ${JSON.stringify(join(dir, "commitlog"))}
saved_caches_directory: ${JSON.stringify(join(dir, "saved_caches"))}
hints_directory: ${JSON.stringify(join(dir, "hints"))}
cdc_raw_directory: ${JSON.stringify(join(dir, "cdc_raw"))}
commitlog_sync: batch
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters:
      - seeds: "127.0.0.1:${storagePort}"
listen_address: 127.0.0.1
storage_port: ${storagePort}
rpc_address: 127.0.0.1
native_transport_port: ${port}
start_native_transport: true
endpoint_snitch: SimpleSnitch
memtable_allocation_type: heap_buffers
auto_bootstrap: false
auto_snapshot: false
`;
