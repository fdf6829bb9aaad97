import { shardName, shardRecordOf } from "#adapters/kafka/shard-reader.ts";
import type { TopicRecord } from "#adapters/kafka/fetched-records.ts";
import type { KafkaTopic } from "#adapters/kafka/topic.ts";
import { namedTrades } from "#core/named-trades.ts";
import type { NamedTrade } from "#core/ports/trade-sink.ts";
import { durationMs, type DurationMs } from "#core/units.ts";

/** By shard the offset of the first record that is not taken yet. */
export type Offsets = ReadonlyMap<string, bigint>;

export interface TakenTrades {
  readonly trades: readonly NamedTrade[];
  /** Where the next taking begins. */
  readonly offsets: Offsets;
}

type RawTradesTopic = Pick<KafkaTopic, "topic" | "partitionCount" | "id" | "start" | "fetch">;

const NO_WAIT = durationMs(1);
/** A record more is taken of each partition as long as it gave fewer. */
const ENOUGH_TRADES = 1_000;

/** The trades of the ticks topic, some of each partition at a time. */
export class RawTrades {
  readonly #ticks: RawTradesTopic;
  readonly #clockSkewMs: DurationMs;
  /** By partition what was fetched and not taken. */
  readonly #fetched = new Map<number, readonly TopicRecord[]>();

  constructor(ticks: RawTradesTopic, clockSkewMs: DurationMs) {
    this.#ticks = ticks;
    this.#clockSkewMs = clockSkewMs;
  }

  /** The next trades from `offsets` on, none when none have come. @throws PipelineError TAPE_STREAM_UNAVAILABLE */
  async take(offsets: Offsets): Promise<TakenTrades> {
    const [count, id] = [await this.#ticks.partitionCount(), await this.#ticks.id()];
    const [taken, next] = [[] as NamedTrade[], new Map(offsets)];
    for (let partition = 0; partition < count; partition++) {
      const shard = shardName(this.#ticks.topic, partition, id);
      const records = await this.#records(partition, offsets.get(shard));
      let [at, trades] = [0, 0];
      for (; at < records.length && trades < ENOUGH_TRADES; at++) {
        const some = namedTrades([shardRecordOf(records[at]!)], shard, this.#clockSkewMs);
        trades += some.length;
        taken.push(...some);
      }
      this.#fetched.set(partition, records.slice(at));
      const last = records[at - 1];
      if (last !== undefined) next.set(shard, last.offset + 1n);
    }
    return { trades: taken, offsets: next };
  }

  /** From `offset` on, or from the first that there is. */
  async #records(partition: number, offset: bigint | undefined): Promise<readonly TopicRecord[]> {
    const left = this.#fetched.get(partition) ?? [];
    if (left.length > 0 && left[0]!.offset === offset) return left;
    const start = await this.#ticks.start(partition);
    const from = offset !== undefined && offset > start ? offset : start;
    return (await this.#ticks.fetch(partition, from, NO_WAIT)).records;
  }
}
