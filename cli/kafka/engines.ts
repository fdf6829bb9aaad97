import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { PipelineError } from "#core/errors.ts";
import { openCassandraNode } from "#local/jars/cassandra-node.ts";
import { openKafkaBroker } from "#local/jars/kafka-broker.ts";
import { usage } from "../command.ts";
import { say } from "../output.ts";
import { untilEnginesAnswer } from "./await-engines.ts";
import { readWorkersConfig, type WorkersConfig } from "./workers-config.ts";

const run = promisify(execFile);

export const ENGINE_KINDS = ["running", "docker", "jars"] as const;

/** Whose Kafka and Cassandra are used: those of the environment, containers, or ours from their jars. */
export type EngineKind = (typeof ENGINE_KINDS)[number];

/** What tells workers where the engines are. */
export interface Engines extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
}

const NEEDED = ["KAFKA_BROKERS", "CASSANDRA_CONTACT_POINTS"] as const;
const MIN_JAVA = 17;

/**
 * The kind that was asked for, else the first that this machine has: running engines, docker, Java.
 * @throws PipelineError TAPE_USAGE, or TAPE_ENGINE_UNAVAILABLE when it has none.
 */
export const chooseEngines = async (asked: string | undefined): Promise<EngineKind> => {
  const kind = ENGINE_KINDS.find((candidate) => candidate === asked);
  if (asked !== undefined && kind === undefined)
    throw usage(`--engines must be ${ENGINE_KINDS.join(", ")}, was ${JSON.stringify(asked)}`);
  const named = NEEDED.filter((name) => process.env[name]);
  if (named.length === 1 || (kind === "running" && named.length === 0)) {
    const missing = NEEDED.filter((name) => !process.env[name]);
    throw usage(`running engines must be named by ${NEEDED.join(" and ")}, was without ${missing.join(" and ")}`);
  }
  if (kind === "docker") await mustHaveDocker();
  if (kind !== undefined) return kind;
  if (named.length > 0) return "running";
  if ((await lackOfDocker()) === undefined) return "docker";
  if ((await javaVersion()) >= MIN_JAVA && (await says("mvn", ["-v"], /./))) return "jars";
  const message =
    `Kafka and Cassandra must come from somewhere, was without a docker engine with its compose plugin, without Java ` +
    `${MIN_JAVA} or later with Maven, and without ${NEEDED.join(" and ")}; install one of the first two, or name your own`;
  throw new PipelineError("TAPE_ENGINE_UNAVAILABLE", message);
};

/** What workers are told of engines that run, as the environment has it. @throws PipelineError TAPE_USAGE */
export const readRunningEngines = (): WorkersConfig => {
  try {
    return readWorkersConfig(process.env);
  } catch (error) {
    if (error instanceof PipelineError && error.code === "TAPE_CONFIG_INVALID") throw usage(error.message);
    throw error;
  }
};

/** Engines that run already: what the environment says of them is handed on as it is. */
export const runningEngines = (): Engines => ({ environment: {}, [Symbol.asyncDispose]: async () => undefined });

/**
 * Waits until engines that run already answer.
 * @throws PipelineError TAPE_ENGINE_UNAVAILABLE, and the reason of `stop`
 */
export const reachEngines = async (config: WorkersConfig, stop: AbortSignal): Promise<Engines> => {
  await untilEnginesAnswer(config, { stop, clock, say });
  return runningEngines();
};

/** Starts Kafka and Cassandra on loopback, their data below `dir`; `signal` ends the start. @throws PipelineError TAPE_ENGINE_UNAVAILABLE */
export const openJarEngines = async (
  dir: string,
  progress: (what: string) => void,
  signal?: AbortSignal,
): Promise<Engines> => {
  await using opened = new AsyncDisposableStack();
  const starting = [
    openKafkaBroker({ dir: join(dir, "kafka"), progress, signal }),
    openCassandraNode({ dir: join(dir, "cassandra"), progress, signal }),
  ] as const;
  for (const engine of await Promise.allSettled(starting)) if (engine.status === "fulfilled") opened.use(engine.value);
  const [broker, node] = await Promise.all(starting);
  const whole = opened.move();
  return {
    environment: {
      KAFKA_BROKERS: broker.address,
      CASSANDRA_CONTACT_POINTS: `${node.host}:${node.port}`,
      CASSANDRA_DATA_CENTER: node.dataCenter,
    },
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
};

/** What docker must be able to do, and a step on for who has no such docker. */
const DOCKER_NEEDS = [
  [["--version"], /./, "docker must be on the PATH, is not: install it"],
  [["compose", "version"], /./, "docker must have compose (docker compose version), has not: install the plugin"],
  [["info"], /Server Version/, "docker must reach its engine (docker info), does not: start it"],
] as const;

/** Why docker cannot start containers by compose, undefined where it can. */
const lackOfDocker = async (): Promise<string | undefined> => {
  for (const [args, words, problem] of DOCKER_NEEDS) if (!(await says("docker", args, words))) return problem;
  return undefined;
};

/** @throws PipelineError TAPE_ENGINE_UNAVAILABLE */
const mustHaveDocker = async (): Promise<void> => {
  const problem = await lackOfDocker();
  if (problem !== undefined) throw new PipelineError("TAPE_ENGINE_UNAVAILABLE", `${problem}, or use --engines jars`);
};

const says = (command: string, args: readonly string[], words: RegExp): Promise<boolean> =>
  run(command, [...args]).then(
    ({ stdout }) => words.test(stdout),
    () => false,
  );

const javaVersion = (): Promise<number> =>
  run("java", ["-version"]).then(
    ({ stderr }) => Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0),
    () => 0,
  );
