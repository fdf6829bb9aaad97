import { encodeFrame } from "#core/frame/encode.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { ShardReader, ShardRecord } from "#core/ports/shard-reader.ts";
import { durationMs, epochMs, sequenceNumber, type SequenceNumber } from "#core/units.ts";
import type { OracleTrade } from "#oracle/oracle.ts";
import { tradeOf } from "#test/oracle-trade.ts";
import type { Fault } from "./faults.ts";
import type { Choices } from "./choices.ts";

/** A finished stream: what its shards hold, how they descend from each other, and the trades that landed at least once. */
export interface ShardLog {
  /** Parents stand before their children. */
  readonly shards: readonly string[];
  readonly parents: ReadonlyMap<string, readonly string[]>;
  readonly records: ReadonlyMap<string, readonly ShardRecord[]>;
  readonly landed: readonly OracleTrade[];
  /** The trades that landed with one of these records. */
  readonly tradesOf: (records: readonly ShardRecord[]) => readonly OracleTrade[];
  /** When it is now. */
  readonly clock: Pick<Clock, "nowMs">;
  /** Lets time pass until all records of the shard before this one have expired. */
  readonly expire: (shard: string, index: number) => void;
  readonly reader: ShardReader;
}

interface ModelFrame {
  /** A foreign frame bears no producer, is put once, and counts as often as it is put. */
  readonly isForeign: boolean;
  readonly lane: number;
  readonly data: Uint8Array;
  readonly trades: readonly OracleTrade[];
}

/** How long the stream keeps its records. */
export const RETENTION_MS = durationMs(86_400_000);

const BASE_TIME = Date.UTC(2013, 9, 7, 13, 30);
const PRICES = ["181", "181.5", "181.25", "0.00000001", "90071992.54740991"];
const SIZES = ["100", "1", "0.5", "200"];

/** A stream of about `recordCount` records in one shard or, where resharding is a fault, several. */
export const createShardLog = (random: Choices, recordCount: number, faults: ReadonlySet<Fault>): ShardLog => {
  const maker = new LogMaker(random, faults);
  while (maker.recordCount < recordCount) maker.step();
  return maker.finish();
};

class LogMaker {
  readonly #random: Choices;
  readonly #faults: ReadonlySet<Fault>;
  readonly #shards = ["shard-0"];
  readonly #parents = new Map<string, readonly string[]>([["shard-0", []]]);
  readonly #records = new Map<string, ShardRecord[]>([["shard-0", []]]);
  readonly #landed = new Map<number, OracleTrade>();
  readonly #tradesAt = new Map<SequenceNumber, readonly OracleTrade[]>();
  readonly #owners = ["shard-0", "shard-0"];
  readonly #frameCounts = [0, 0];
  #pending: { inSteps: number; frame: ModelFrame }[] = [];
  #position = 0;
  #seconds = 0;
  #tradeCount = 0;

  constructor(random: Choices, faults: ReadonlySet<Fault>) {
    this.#random = random;
    this.#faults = faults;
  }

  get recordCount(): number {
    return [...this.#records.values()].reduce((sum, records) => sum + records.length, 0);
  }

  /** Some seconds pass, a producer sends a frame, and retries that are due arrive. */
  step(): void {
    const random = this.#random;
    this.#seconds += random.pick([0, 1, 1, 2, 5]);
    if (this.#faults.has("straggler") && random.isBelow(0.2)) this.#seconds = Math.max(0, this.#seconds - 4);
    const frame = this.#frame();
    const isRetried = !frame.isForeign && this.#faults.has("producer") && random.isBelow(0.35);
    const hasLanded = !isRetried || random.isBelow(0.6);
    if (hasLanded) this.#put(frame);
    if (isRetried) this.#pending.push({ inSteps: 1 + random.below(5), frame });
    const due = this.#pending.filter(({ inSteps }) => inSteps <= 1);
    this.#pending = this.#pending
      .filter(({ inSteps }) => inSteps > 1)
      .map(({ inSteps, frame: later }) => ({ inSteps: inSteps - 1, frame: later }));
    for (const { frame: retried } of due) this.#put(retried);
    if (this.#faults.has("reshard") && random.isBelow(0.15) && this.#shards.length < 6) this.#reshard();
  }

  /**
   * Lets the last retries arrive. Where a mapping may be created behind records that were taken and never stored, or hand
   * over a state that lacks them, or records may expire, one more record follows in every open shard: the promise holds
   * from the next record on.
   */
  finish(): ShardLog {
    for (const { frame } of this.#pending) this.#put(frame);
    this.#seconds += 30;
    const faults = this.#faults;
    if (faults.has("recreateAhead") || faults.has("staleState") || faults.has("expire"))
      for (const shard of new Set(this.#owners)) this.#append(shard, new Uint8Array([0x7b]));
    const records = this.#records;
    const parents = this.#parents;
    const tradesAt = this.#tradesAt;
    const firstKept = new Map<string, number>();
    let nowMs = BASE_TIME + this.#seconds * 1_000;
    return {
      shards: this.#shards,
      parents,
      records,
      landed: [...this.#landed.values()],
      tradesOf: (kept) => [
        ...new Map(
          kept.flatMap(({ sequenceNumber: at }) => (tradesAt.get(at) ?? []).map((trade) => [trade.sequence, trade])),
        ).values(),
      ],
      clock: { nowMs: () => epochMs(nowMs) },
      expire: (shard, index) => {
        firstKept.set(shard, Math.max(index, firstKept.get(shard) ?? 0));
        nowMs = Math.max(nowMs, records.get(shard)![index]!.arrivalTimeMs + RETENTION_MS);
      },
      reader: {
        name: async (shard) => shard,
        parents: async (shard) => parents.get(shard) ?? [],
        async *read(shard, { after, before }) {
          for (const record of (records.get(shard) ?? []).slice(firstKept.get(shard))) {
            if ((after === undefined || record.sequenceNumber > after) && record.sequenceNumber < before)
              yield [record];
          }
        },
      },
    };
  }

  #frame(): ModelFrame {
    const random = this.#random;
    const isForeign = random.isBelow(0.3);
    const producer = random.below(this.#frameCounts.length);
    const trades = Array.from({ length: random.pick([1, 1, 2]) }, (): OracleTrade => {
      const aheadSeconds = this.#faults.has("clocks") ? random.pick([0, 4, 10]) : 0;
      const seconds = Math.max(0, this.#seconds + aheadSeconds - random.pick([0, 0, 3, 9]));
      return {
        symbol: random.pick(["A", "B", "C"]),
        price: random.pick(PRICES),
        size: random.pick(SIZES),
        time: BASE_TIME + seconds * 1_000,
        sequence: this.#tradeCount++,
      };
    });
    const data = encodeFrame({
      producer: isForeign ? "" : `0${producer}`,
      number: isForeign ? 0 : this.#frameCounts[producer]!++,
      ingestTimeMs: epochMs(BASE_TIME),
      frontierMs: random.isBelow(0.5) ? epochMs(BASE_TIME + this.#seconds * 1_000) : undefined,
      trades: trades.map(tradeOf),
    });
    return { isForeign, lane: random.below(2), data, trades };
  }

  #put({ lane, data, trades }: ModelFrame): void {
    this.#tradesAt.set(this.#append(this.#owners[lane]!, data), trades);
    for (const trade of trades) this.#landed.set(trade.sequence, trade);
  }

  #append(shard: string, data: Uint8Array): SequenceNumber {
    this.#position += this.#random.pick([1, 1, 2]);
    const position = sequenceNumber(String(this.#position));
    const arrivalTimeMs = epochMs(BASE_TIME + this.#seconds * 1_000);
    this.#records.get(shard)!.push({ sequenceNumber: position, arrivalTimeMs, data });
    return position;
  }

  /** Splits the one open shard in two, or merges the two. */
  #reshard(): void {
    const open = [...new Set(this.#owners)];
    const children = open.length === 1 ? [this.#shards.length, this.#shards.length + 1] : [this.#shards.length];
    for (const number of children) {
      const child = `shard-${number}`;
      this.#shards.push(child);
      this.#parents.set(child, open);
      this.#records.set(child, []);
    }
    this.#owners[0] = `shard-${children[0]}`;
    this.#owners[1] = `shard-${children.at(-1)}`;
  }
}
