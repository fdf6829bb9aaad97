import { randomBytes } from "node:crypto";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { openDynamoPaneStore } from "#adapters/dynamodb/pane-store.ts";
import { openDynamoRejectedStore } from "#adapters/dynamodb/rejected-store.ts";
import { openKinesisClient } from "#adapters/kinesis/client.ts";
import { openKinesisFrameStream } from "#adapters/kinesis/frame-stream.ts";
import { openKinesisShardReader } from "#adapters/kinesis/shard-reader.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import { framesOf } from "#core/frame/framer.ts";
import type { KeptRejected } from "#core/ports/rejected-store.ts";
import { durationMs, epochMs, type DurationMs } from "#core/units.ts";
import { sendFrames } from "#lambdas/fetcher/send-frames.ts";
import type { OracleTrade } from "#oracle/oracle.ts";
import { tradeOf } from "../oracle-trade.ts";
import { utcDays } from "../utc-days.ts";
import type { Target } from "./target.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The app's streams and tables, by the names in its outputs, through the AWS clients of this process. */
export class Pipeline {
  readonly #outputs: Target["outputs"];
  readonly #sinceMs = clock.nowMs();
  #frames = 0;
  readonly #producer = randomBytes(8).toString("hex");

  constructor({ outputs }: Target) {
    this.#outputs = outputs;
  }

  /** Puts trades as frames, as a fetcher does. */
  async putFrames(trades: readonly OracleTrade[]): Promise<void> {
    await using stream = openKinesisFrameStream({ stream: this.#name("TicksStreamName") });
    const rules = { lanes: 64, maxTrades: 100, maxBytes: 25_000, ingestTimeMs: clock.nowMs() };
    const numbered = { ...rules, producer: this.#producer, firstNumber: this.#frames };
    const frames = framesOf(trades.map(tradeOf), numbered);
    this.#frames += frames.length;
    const deadlineMs = epochMs(clock.nowMs() + 30_000);
    if ((await sendFrames({ stream, clock, random: Math.random }, frames, deadlineMs)) === undefined)
      throw new RangeError("every frame must be taken in time, one was not");
  }

  /** Puts one record of these bytes, and returns the shard that took it, as the stream names it. */
  async putBytes(bytes: string): Promise<string> {
    const kinesis = openKinesisClient();
    const Records = [{ PartitionKey: bytes.slice(0, 100), Data: Buffer.from(bytes, "latin1") }];
    const StreamName = this.#name("TicksStreamName");
    const answer = await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
    kinesis.destroy();
    return answer.Records![0]!.ShardId!;
  }

  /** The stored bars of the last hour, as rows of an export. */
  async rows(symbol: string, intervalMs: DurationMs): Promise<readonly string[]> {
    const intervals = [{ intervalMs, keepMs: durationMs(DAY_MS) }];
    await using panes = openDynamoPaneStore({ table: this.#name("PanesTableName"), intervals, clock });
    const range = { startMs: epochMs(clock.nowMs() - HOUR_MS), endMs: epochMs(clock.nowMs() + HOUR_MS) };
    const found = await panes.range({ symbol, intervalMs, ...range });
    return barsOf(found, intervalMs).map((bar) => barRow(bar).join(","));
  }

  /** What was set aside of a shard since this was made, and before on that day. */
  async rejected(shardId: string): Promise<readonly KeptRejected[]> {
    const stream = this.#name("TicksStreamName");
    const about = { table: this.#name("RejectedTableName"), keepMs: durationMs(DAY_MS), clock };
    await using rejected = openDynamoRejectedStore(about);
    await using shards = openKinesisShardReader({ stream });
    const shard = await shards.name(shardId);
    const days = utcDays(this.#sinceMs, clock.nowMs());
    return (await Promise.all(days.map((day) => rejected.list(stream, shard, day)))).flat();
  }

  #name(output: string): string {
    const name = this.#outputs[output];
    if (name === undefined) throw new RangeError(`the app must have the output ${output}, had none`);
    return name;
  }
}
