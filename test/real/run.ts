import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KinesisClient, ListShardsCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { openDynamoCheckpointStore } from "#adapters/dynamodb/checkpoint-store.ts";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { openKinesisFrameStream } from "#adapters/kinesis/frame-stream.ts";
import { openKinesisShardReader } from "#adapters/kinesis/shard-reader.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import { intervalText } from "#core/interval.ts";
import { sumOfCounts } from "#core/shard-counts.ts";
import { BEYOND_ALL, durationMs, epochMs } from "#core/units.ts";
import { readConfig, type AggregatorConfig } from "#lambdas/aggregator/config.ts";
import type { FetcherReport } from "#lambdas/fetcher/fetcher.ts";
import { replayText } from "#lambdas/fetcher/source-spec.ts";
import { sendFrames } from "#lambdas/fetcher/send-frames.ts";
import { openLocalCloud, type CloudEvent, type LocalCloud } from "#local/cloud.ts";
import { FunctionError } from "#local/function-error.ts";
import type { FaultKind } from "#local/misbehaviour/fault-kind.ts";
import { planFaults, type PlannedFault } from "#local/misbehaviour/fault-plan.ts";
import { createChoices } from "#test/model/choices.ts";
import { oracleRows } from "#oracle/oracle.ts";
import { aggregatorEnvironment } from "../../cli/running.ts";
import type { Clause } from "./clauses.ts";
import { SYMBOLS, Traffic, type Burst } from "./traffic.ts";

export interface RealOutcome {
  /** The rows of all bars in the store. */
  readonly stored: readonly string[];
  /** The rows that they must be. */
  readonly expected: readonly string[];
  /** What the checkpoints say was taken. */
  readonly counted: RealCounts;
  /** What they must say. */
  readonly landed: RealCounts;
  /** The faults that happened, in order. */
  readonly injected: readonly FaultKind[];
  /** The faults that were asked for and did not happen. */
  readonly pending: readonly PlannedFault[];
}

interface RealCounts {
  /** Of all shards. */
  readonly records: number;
  readonly trades: number;
}

/** About so many records are put, in bursts with a pause between them. */
const RECORDS = 120;
/** So many more trades lie in a file for the fetcher. */
const FETCHED_TRADES = 150;
const PAUSE_MS = durationMs(20);
/** Faults that wait for an occasion get so many more rounds. */
const MORE_ROUNDS = 20;
const MORE_BURSTS = 4;
const IDLE_CLOSE_MS = durationMs(150);

/**
 * Sends seeded trades through the real app on the real engines while what the clause names goes wrong, waits until all is
 * settled, and returns what is stored and what must be.
 */
export const runReal = async (assemblyDir: string, clause: Clause, seed: number): Promise<RealOutcome> => {
  const random = createChoices(seed);
  const events: CloudEvent[] = [];
  const plan = planFaults({ seed, counts: clause.faults, records: RECORDS * 0.7 });
  await using cloud = await openLocalCloud({
    assemblyDir,
    schedules: false,
    idleCloseMs: IDLE_CLOSE_MS,
    environment: { LOG_LEVEL: "ERROR" },
    misbehaviour: { plan, isMeant: ({ environment }) => "BARS_STREAM" in environment && "INTERVALS_MS" in environment },
    onEvent: (event) => events.push(event),
  });
  const config = readConfig(aggregatorEnvironment(cloud));
  const traffic = new Traffic(random, clause.traffic, clock.nowMs());
  await using producers = openProducers(cloud, config.ticksStream);
  const isFetched = clause.traffic.isFetched;
  let files = 0;
  const fetchMore = async (): Promise<void> => {
    if (isFetched) await fetch(cloud, `trades-${++files}.csv`, traffic.file(FETCHED_TRADES));
  };
  await Promise.all([sendAll(producers, traffic), fetchMore()]);
  await cloud.settle();
  for (let round = 0; round < MORE_ROUNDS && cloud.misbehaviour!.pending.length > 0; round++) {
    for (let i = 0; i < MORE_BURSTS; i++) await producers.send(traffic.burst());
    // A fault of the fetcher may have been due only when it had sent all.
    await fetchMore();
    await cloud.settle();
  }
  if (clause.traffic.isRepeated) {
    // To shards that have not seen them, where those that have were split or merged meanwhile.
    await producers.send(traffic.again());
    await cloud.settle();
  }
  return {
    ...(await storedIn(cloud, config)),
    expected: oracleRows(
      traffic.trades,
      config.intervals.map(({ intervalMs }) => intervalText(intervalMs)),
    ),
    landed: { records: await recordsIn(cloud, config.ticksStream), trades: traffic.trades.length },
    injected: events.flatMap((event) => (event.kind === "fault-injected" ? [event.fault] : [])),
    pending: cloud.misbehaviour!.pending,
  };
};

const sendAll = async (producers: Producers, traffic: Traffic): Promise<void> => {
  for (let sent = 0; sent < RECORDS;) {
    const burst = traffic.burst();
    sent += burst.frames.length + burst.foreign.length;
    await producers.send(burst);
    await clock.sleep(PAUSE_MS);
  }
};

/** Replays a file by the real fetcher, run after run as its schedule would, whatever becomes of one. */
const fetch = async (cloud: LocalCloud, name: string, csv: string): Promise<void> => {
  const file = join(cloud.bucketsDir, name);
  await writeFile(file, csv);
  const isDone = async (): Promise<boolean> => {
    try {
      const report = await cloud.invoke(cloud.outputs["FetcherFunctionName"]!, { source: replayText(file, "max") });
      return (report as FetcherReport).status === "done";
    } catch (error) {
      if (error instanceof FunctionError) return false;
      throw error;
    }
  };
  while (!(await isDone())) continue;
};

interface Producers extends AsyncDisposable {
  send(burst: Burst): Promise<void>;
}

const openProducers = (cloud: LocalCloud, stream: string): Producers => {
  const unruly = kinesisOf(cloud.misbehaviour!.environment);
  const direct = kinesisOf(cloud.environment);
  const frames = openKinesisFrameStream({ stream, client: unruly });
  return {
    send: async (burst) => {
      const deadlineMs = epochMs(clock.nowMs() + 20_000);
      if (!(await sendFrames({ stream: frames, clock, random: () => 0 }, burst.frames, deadlineMs)))
        throw new RangeError("every frame must be taken in time, one was not");
      if (burst.foreign.length === 0) return;
      const Records = burst.foreign.map(({ partitionKey, data }) => ({ PartitionKey: partitionKey, Data: data }));
      await direct.send(new PutRecordsCommand({ StreamName: stream, Records }));
    },
    [Symbol.asyncDispose]: async () => {
      await frames[Symbol.asyncDispose]();
      unruly.destroy();
      direct.destroy();
    },
  };
};

const storedIn = async (
  cloud: LocalCloud,
  { intervals, panesTable, checkpointsTable, ticksStream }: AggregatorConfig,
): Promise<Pick<RealOutcome, "stored" | "counted">> => {
  const client = new DynamoDBClient(clientConfig(cloud.environment, "AWS_ENDPOINT_URL_DYNAMODB"));
  await using panes = openDynamoPaneStore({ table: panesTable, intervals, clock, client });
  await using checkpoints = openDynamoCheckpointStore({ table: checkpointsTable, clock, client });
  const stored: string[] = [];
  const span = { startMs: epochMs(clock.nowMs() - 86_400_000), endMs: clock.nowMs() };
  for (const symbol of SYMBOLS) {
    for (const { intervalMs } of intervals) {
      const found = await panes.range({ symbol, intervalMs, ...span });
      stored.push(...barsOf(found, intervalMs).map((bar) => barRow(bar).join(",")));
    }
  }
  const { records, trades } = sumOfCounts((await checkpoints.list(ticksStream)).map(({ counts }) => counts));
  client.destroy();
  return { stored: stored.toSorted(byKey), counted: { records, trades } };
};

const recordsIn = async (cloud: LocalCloud, stream: string): Promise<number> => {
  const client = kinesisOf(cloud.environment);
  await using reader = openKinesisShardReader({ stream, client });
  let count = 0;
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: stream }));
  for (const { ShardId = "" } of Shards) {
    for await (const records of reader.read(ShardId, { after: undefined, before: BEYOND_ALL })) count += records.length;
  }
  client.destroy();
  return count;
};

/** Oracle rows stand by symbol, interval and start. */
const byKey = (a: string, b: string): number => {
  const [[symbolA = "", intervalA = "", startA], [symbolB = "", intervalB = "", startB]] = [a.split(","), b.split(",")];
  if (symbolA !== symbolB) return symbolA < symbolB ? -1 : 1;
  if (intervalA !== intervalB) return intervalA === "10s" ? -1 : 1;
  return Number(startA) - Number(startB);
};

const clientConfig = (environment: Readonly<Record<string, string>>, endpoint: string) => ({
  endpoint: environment[endpoint]!,
  region: environment["AWS_REGION"]!,
  credentials: {
    accessKeyId: environment["AWS_ACCESS_KEY_ID"]!,
    secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"]!,
  },
  requestHandler: new NodeHttpHandler(),
});

const kinesisOf = (environment: Readonly<Record<string, string>>): KinesisClient =>
  new KinesisClient(clientConfig(environment, "AWS_ENDPOINT_URL_KINESIS"));
