import { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openKinesisFrameStream } from "#adapters/kinesis/frame-stream.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { PipelineError } from "#core/errors.ts";
import type { FrameStream } from "#core/ports/frame-stream.ts";
import { durationMs, epochMs } from "#core/units.ts";
import type { FetcherReport } from "#lambdas/fetcher/fetcher.ts";
import { replayText } from "#lambdas/fetcher/source-spec.ts";
import { sendFrames } from "#lambdas/fetcher/send-frames.ts";
import type { LocalCloud } from "#local/cloud.ts";
import { FunctionError, ThrottledError } from "#local/function-error.ts";
import type { Burst } from "./traffic.ts";

/** Those who put trades into the stream. */
export interface Producers extends AsyncDisposable {
  /** Trades sent so far, each counted once. */
  readonly sent: number;
  /** Resolves when the stream has taken all of it. @throws PipelineError TAPE_STREAM_UNAVAILABLE when it does not in time */
  put(burst: Burst): Promise<void>;
  /** Has the app's own fetcher send a file, run after run, whatever becomes of one. */
  fetch(csv: string): Promise<void>;
}

/** So long a frame is tried again. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = durationMs(50);

/** They stop with the reason of `signal` once it is aborted. */
export const openProducers = (cloud: LocalCloud, streamName: string, signal: AbortSignal): Producers => {
  const unruly = kinesisOf(cloud.misbehaviour?.environment ?? cloud.environment);
  const direct = kinesisOf(cloud.environment);
  const frames = openKinesisFrameStream({ stream: streamName, client: unruly });
  const stream = untilAborted(frames, signal);
  const known = new Set<Uint8Array>();
  let [sent, files] = [0, 0];
  return {
    get sent() {
      return sent;
    },
    put: async (burst) => {
      await sendInTime(stream, burst.frames);
      for (const { data, tradeCount } of burst.frames) {
        if (!known.has(data)) sent += tradeCount;
        known.add(data);
      }
      if (burst.foreign.length === 0) return;
      const Records = burst.foreign.map(({ partitionKey, data }) => ({ PartitionKey: partitionKey, Data: data }));
      await direct.send(new PutRecordsCommand({ StreamName: streamName, Records }));
      sent += burst.foreign.reduce((sum, { tradeCount }) => sum + tradeCount, 0);
    },
    fetch: async (csv) => {
      const file = join(cloud.bucketsDir, `trades-${++files}.csv`);
      await writeFile(file, csv);
      while (!(await isFetched(cloud, file))) {
        signal.throwIfAborted();
        await clock.sleep(PAUSE_MS);
      }
      sent += csv.split("\n").length - 1;
    },
    [Symbol.asyncDispose]: async () => {
      await frames[Symbol.asyncDispose]();
      unruly.destroy();
      direct.destroy();
    },
  };
};

const untilAborted = (frames: FrameStream, signal: AbortSignal): FrameStream => ({
  put: async (some, shardCount) => {
    signal.throwIfAborted();
    return frames.put(some, shardCount);
  },
});

const sendInTime = async (stream: FrameStream, frames: Burst["frames"]): Promise<void> => {
  if (frames.length === 0) return;
  const deadlineMs = epochMs(clock.nowMs() + PATIENCE_MS);
  if ((await sendFrames({ stream, clock, random: () => 0 }, frames, deadlineMs)) !== undefined) return;
  const must = `every frame must be taken within ${PATIENCE_MS / 1_000} s, one was not`;
  throw new PipelineError("TAPE_STREAM_UNAVAILABLE", must);
};

const isFetched = async (cloud: LocalCloud, file: string): Promise<boolean> => {
  try {
    const report = await cloud.invoke(cloud.outputs["FetcherFunctionName"] ?? "", { source: replayText(file, "max") });
    return (report as FetcherReport).status === "done";
  } catch (error) {
    if (error instanceof FunctionError || error instanceof ThrottledError) return false;
    throw error;
  }
};

const kinesisOf = (environment: Readonly<Record<string, string>>): KinesisClient =>
  new KinesisClient({
    endpoint: environment["AWS_ENDPOINT_URL_KINESIS"] ?? "",
    region: environment["AWS_REGION"] ?? "",
    credentials: {
      accessKeyId: environment["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] ?? "",
    },
    requestHandler: new NodeHttpHandler(),
  });
