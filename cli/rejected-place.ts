import { join } from "node:path";
import { openDynamoCheckpointStore } from "#adapters/dynamodb/checkpoint-store.ts";
import { openDynamoGapStore } from "#adapters/dynamodb/gap-store.ts";
import { openDynamoLeaseStore } from "#adapters/dynamodb/lease-store.ts";
import { openDynamoRejectedStore } from "#adapters/dynamodb/rejected-store.ts";
import { openDynamoShardStatusStore } from "#adapters/dynamodb/shard-status.ts";
import { openFailedBatchFolder } from "#adapters/failure-bucket/folder.ts";
import { openFailedBatchBucket } from "#adapters/failure-bucket/bucket.ts";
import { openKinesisFrameStream } from "#adapters/kinesis/frame-stream.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import type { PipelineError } from "#core/errors.ts";
import type { FailedBatchStore } from "#core/ports/failed-batch-store.ts";
import type { NumberedSender } from "#core/redrive/numbered-sender.ts";
import { durationMs, type DurationMs } from "#core/units.ts";
import { readConfig } from "#lambdas/aggregator/config.ts";
import { chooseRunning, readPid } from "./choose-running.ts";
import { usage, type Arguments } from "./command.ts";
import { namesEngines, readWorkersConfig, type WorkersConfig } from "./kafka/workers-config.ts";
import { openSender } from "./rejected-sender.ts";
import type { RejectedStores } from "./rejected-stores.ts";
import type { RunningCloud } from "./running.ts";
import { readWhole } from "./values.ts";

/** The flags that say where the stores are. */
export const PLACE_OPTIONS = {
  store: { type: "string" },
  "rejected-table": { type: "string" },
  "checkpoints-table": { type: "string" },
  "leases-table": { type: "string" },
  "ticks-stream": { type: "string" },
  "failure-bucket": { type: "string" },
  "clock-skew-ms": { type: "string" },
} as const;

/** On AWS; on Kafka and Cassandra; or on this machine: the store of a process, or of the one that started last. */
export type PlaceFlags =
  | { readonly kind: "aws"; readonly names: Names; readonly failureBucket: string | undefined }
  | { readonly kind: "kafka"; readonly config: WorkersConfig }
  | { readonly kind: "local"; readonly pid: number | undefined };

interface Names {
  readonly rejectedTable: string;
  readonly checkpointsTable: string;
  readonly leasesTable: string;
  readonly ticksStream: string;
  readonly clockSkewMs: DurationMs;
  readonly rejectedKeepMs: DurationMs;
}

/** Where records are listed and put again. */
export interface Place extends Omit<RejectedStores, "leases" | "frames">, AsyncDisposable {
  readonly clock: typeof clock;
  /** The only sender of that kind of work to this stream. */
  openSender<Work>(kind: "rejected" | "failed"): Promise<NumberedSender<Work> & AsyncDisposable>;
}

const AWS_FLAGS = ["rejected-table", "checkpoints-table", "leases-table", "ticks-stream"] as const;
const ALL_AWS_FLAGS = [...AWS_FLAGS, "failure-bucket", "clock-skew-ms"] as const;

/** @throws PipelineError TAPE_USAGE when what is named is named in part. */
export const readPlaceFlags = (args: Arguments): PlaceFlags => {
  const pid = readPid(args.text("store"));
  const given = ALL_AWS_FLAGS.find((flag) => args.text(flag) !== undefined);
  if (given === undefined && pid === undefined && namesEngines(process.env)) {
    if (args.isSet("failed")) throw notOfWorkers();
    return { kind: "kafka", config: readWorkersConfig(process.env) };
  }
  if (given === undefined) return { kind: "local", pid };
  if (pid !== undefined) throw usage(`--store is of this machine, --${given} of AWS: they cannot go together`);
  const [rejectedTable = "", checkpointsTable = "", leasesTable = "", ticksStream = ""] = AWS_FLAGS.map((flag) => {
    const name = args.text(flag);
    if (name === undefined || name === "") throw usage(`--${given} must go with --${flag}`);
    return name;
  });
  const clockSkewMs = durationMs(readWhole("--clock-skew-ms", args.text("clock-skew-ms") ?? "10000", 1, 999_999_999));
  const rejectedKeepMs = REJECTED_KEEP_MS;
  const names = { rejectedTable, checkpointsTable, leasesTable, ticksStream, clockSkewMs, rejectedKeepMs };
  return { kind: "aws", names, failureBucket: args.text("failure-bucket") };
};

const notOfWorkers = (): PipelineError => usage("--failed is of AWS and of npm start: workers give no batch up");

/** For so long the app keeps what is rejected, unless it is told otherwise. */
const REJECTED_KEEP_MS = durationMs(30 * 86_400_000);

/** Opens the stores, and with `isFailed` the failure bucket. @throws PipelineError */
export const openPlace = async (flags: PlaceFlags, isFailed: boolean): Promise<Place> => {
  await using resources = new AsyncDisposableStack();
  const { leases, frames, ...stores } = await openStores(flags, isFailed, resources);
  const opened = resources.move();
  return {
    ...stores,
    clock,
    openSender: (kind) => openSender({ leases, frames, stream: stores.stream, kind }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
};

const openStores = async (
  flags: PlaceFlags,
  isFailed: boolean,
  resources: AsyncDisposableStack,
): Promise<RejectedStores> => {
  if (flags.kind === "aws") {
    const { regionOfAccount } = await import("./account/account.ts");
    process.env["AWS_REGION"] = await regionOfAccount();
    return openAwsStores(onAws(flags, isFailed, resources), resources);
  }
  if (flags.kind === "kafka") return openWorkersStores(flags.config, resources);
  const running = await chooseRunning(flags.pid);
  if (running.kind === "cloud") return openAwsStores(onThisMachine(running), resources);
  if (isFailed) throw notOfWorkers();
  return openWorkersStores(readWorkersConfig({ ...process.env, ...running.environment }), resources);
};

const openWorkersStores = async (config: WorkersConfig, resources: AsyncDisposableStack): Promise<RejectedStores> => {
  // Others need not wait until its clients are loaded.
  const { openKafkaStores } = await import("./kafka/rejected-stores.ts");
  return openKafkaStores(config, resources);
};

const openAwsStores = ({ names, batches }: Found, resources: AsyncDisposableStack): RejectedStores => {
  const { rejectedTable, checkpointsTable, leasesTable, ticksStream, clockSkewMs, rejectedKeepMs } = names;
  return {
    stream: ticksStream,
    clockSkewMs,
    rejected: resources.use(openDynamoRejectedStore({ table: rejectedTable, keepMs: rejectedKeepMs, clock })),
    checkpoints: resources.use(openDynamoCheckpointStore({ table: checkpointsTable, clock })),
    statuses: resources.use(openDynamoShardStatusStore({ table: checkpointsTable, clock })),
    gaps: resources.use(openDynamoGapStore({ table: checkpointsTable, clock })),
    leases: resources.use(openDynamoLeaseStore({ table: leasesTable, clock })),
    frames: resources.use(openKinesisFrameStream({ stream: ticksStream })),
    batches,
  };
};

interface Found {
  readonly names: Names;
  readonly batches: FailedBatchStore | undefined;
}

const onAws = (
  { names, failureBucket }: Extract<PlaceFlags, { readonly kind: "aws" }>,
  isFailed: boolean,
  resources: AsyncDisposableStack,
): Found => {
  if (!isFailed) return { names, batches: undefined };
  if (failureBucket === undefined) throw usage("--failed must go with --failure-bucket");
  return { names, batches: resources.use(openFailedBatchBucket({ bucket: failureBucket })) };
};

const onThisMachine = ({ environment, outputs, aggregator, bucketsDir }: RunningCloud): Found => {
  Object.assign(process.env, environment);
  const [leasesTable, bucket] = [outputs["LeasesTableName"], outputs["FailureBucketName"]];
  if (leasesTable === undefined || bucket === undefined)
    throw new RangeError("the app must name its leases and its failure bucket, did not");
  return {
    names: { ...readConfig(aggregator), leasesTable },
    batches: openFailedBatchFolder(join(bucketsDir, bucket)),
  };
};
