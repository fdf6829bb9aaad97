import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePorts } from "./free-ports.ts";
import { jarFolder, type JarFolderOptions, type JarSet } from "./jar-folder.ts";
import { Jvm } from "./jvm.ts";

const run = promisify(execFile);

const KAFKA: JarSet = {
  name: "kafka-4.1.0",
  artifacts: ["org.apache.kafka:kafka_2.13:4.1.0", "org.apache.kafka:kafka-tools:4.1.0"],
};
const HEAP = "-Xmx512m";
/** A start is over before better code would pay. */
const QUICK_START = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

export interface BrokerOptions extends JarFolderOptions {
  /** Keeps its data; made when absent. */
  readonly dir: string;
}

/** One Kafka broker, its own controller (KRaft), on loopback. */
export interface KafkaBroker extends AsyncDisposable {
  /** `127.0.0.1:port`, the same after a restart. */
  readonly address: string;
  /** The jars' class path, for Kafka's own tools. */
  readonly classPath: string;
  /** Ends it as when its machine fails. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Starts it again on what it kept. */
  start(): Promise<void>;
}

/** Starts Kafka from its published jars. @throws PipelineError TAPE_ENGINE_UNAVAILABLE */
export const openKafkaBroker = async (options: BrokerOptions): Promise<KafkaBroker> => {
  const classPath = join(await jarFolder(KAFKA, options), "*");
  const [port, controllerPort] = (await freePorts(2)) as [number, number];
  await mkdir(options.dir, { recursive: true });
  const properties = join(options.dir, "server.properties");
  await writeFile(properties, propertiesOf(options.dir, port, controllerPort));
  if (!(await isFormatted(options.dir))) await format(classPath, properties);
  options.progress?.("starting Kafka");
  const start = (): Promise<Jvm> =>
    Jvm.start({
      name: "Kafka",
      signal: options.signal,
      args: [HEAP, ...QUICK_START, "-cp", classPath, "kafka.Kafka", properties],
      cwd: options.dir,
      logFile: join(options.dir, "kafka.log"),
      port,
    });
  let jvm = await start();
  return {
    address: `127.0.0.1:${port}`,
    classPath,
    kill: () => jvm.kill(),
    stop: () => jvm.stop(),
    start: async () => {
      jvm = await start();
    },
    [Symbol.asyncDispose]: () => jvm.stop(),
  };
};

const isFormatted = (dir: string): Promise<boolean> =>
  stat(join(dir, "data/meta.properties")).then(
    () => true,
    () => false,
  );

const format = async (classPath: string, properties: string): Promise<void> => {
  // A cluster's id is 16 bytes in base64url.
  const clusterId = randomBytes(16).toString("base64url");
  const tool = ["kafka.tools.StorageTool", "format", "--standalone", "-t", clusterId, "-c", properties];
  await run("java", [...QUICK_START, "-cp", classPath, ...tool]);
};

/** Source: https://kafka.apache.org/documentation/#kraft_config */
const propertiesOf = (dir: string, port: number, controllerPort: number): string =>
  Object.entries({
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.bootstrap.servers": `127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    // One that was killed is let in again as soon as its session is over.
    "broker.session.timeout.ms": 2_000,
    "broker.heartbeat.interval.ms": 500,
    "log.dirs": join(dir, "data"),
    "auto.create.topics.enable": false,
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
    // Who wants to hear early that a member is gone may ask for that.
    "group.min.session.timeout.ms": 1_000,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join("");
