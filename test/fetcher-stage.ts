import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { createMemoryMeter } from "#adapters/memory/meter.ts";
import type { MemoryStream } from "#adapters/memory/stream.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import { advanceLife } from "#core/advance-life.ts";
import type { Clock } from "#core/ports/clock.ts";
import type { LifePorts } from "#core/life.ts";
import type { FrameStream } from "#core/ports/frame-stream.ts";
import type { ShardStatus, ShardStatusStore } from "#core/ports/shard-status.ts";
import type { LeaseStore } from "#core/ports/lease-store.ts";
import type { SourceRow, TradeSource } from "#core/ports/trade-source.ts";
import { readRecord } from "#core/record.ts";
import { TradeColumns } from "#core/trade-columns.ts";
import { createRandom } from "#core/random.ts";
import { countsOf, sumOfCounts } from "#core/shard-counts.ts";
import { durationMs, epochMs, sequenceNumber, type SequenceNumber } from "#core/units.ts";
import type { FetcherDeps, FetcherRun } from "#lambdas/fetcher/fetcher.ts";
import type { OracleTrade } from "#oracle/oracle.ts";
import { createKeptLog } from "./socket-stage.ts";

/** When the stage begins. */
export const START = epochMs(Date.UTC(2026, 0, 5));
export const minute = durationMs(60_000);

/** A clock on which a sleep is over at once, and moves the time. */
export const createSkippingClock = (): Clock => {
  let nowMs: number = START;
  return {
    nowMs: () => epochMs(nowMs),
    sleep: async (durationMs) => {
      nowMs += durationMs;
    },
  };
};

const statusOf = (shard: string, last: SequenceNumber): ShardStatus => ({
  stream: "ticks",
  shard,
  last,
  arrivalTimeMs: START,
  newestEventTimeMs: undefined,
  frontierMs: undefined,
  counts: countsOf(() => 0),
  step: undefined,
});

/** Aggregators that have always folded everything. */
const FOLDED: Pick<ShardStatusStore, "list"> = {
  list: async () => [statusOf("shardId-000000000000", sequenceNumber("999999999"))],
};

/** Aggregators that fold two more records of each shard whenever they are asked how far they are. */
export const slowAggregator = (stream: MemoryStream) => {
  const folded = new Map<string, number>();
  let most = 0;
  return {
    mostUnfolded: () => most,
    list: async () => {
      const shards = stream.openShards();
      const left = shards.flatMap((shard) => stream.records(shard).slice(folded.get(shard) ?? 0));
      most = Math.max(
        most,
        left.reduce((sum, { data }) => sum + tradesIn(data), 0),
      );
      return shards.flatMap((shard) => {
        const records = stream.records(shard);
        const count = Math.min(records.length, (folded.get(shard) ?? 0) + 2);
        folded.set(shard, count);
        const last = records[count - 1];
        return last === undefined ? [] : [statusOf(shard, last.sequenceNumber)];
      });
    },
  };
};

const tradesIn = (data: Uint8Array): number => {
  const columns = new TradeColumns();
  readRecord(data, columns, { latestEventTimeMs: epochMs(START * 2) });
  return columns.count;
};

/** So many trades of three symbols, a second apart, from an hour before {@link START} on. */
export const tradesOf = (count: number): OracleTrade[] =>
  Array.from({ length: count }, (_, row) => ({
    symbol: ["IBM", "SPY", "AIG"][row % 3]!,
    price: `${100 + (row % 7)}`,
    size: `${1 + (row % 5)}`,
    time: START - 3_600_000 + row * 1_000,
    sequence: row,
  }));

/** A source of these rows, four at once. */
export const sourceOf = (rows: readonly (OracleTrade | "rejected")[]): TradeSource => ({
  async *rows(from) {
    const read = rows.map((row, index): SourceRow => {
      if (row === "rejected") return { kind: "rejected", line: index + 2, reason: "not-a-decimal" };
      const { symbol, price, size, time, sequence } = row;
      const whole = (text: string) => ({ units: Number(text), scale: 0 });
      return {
        kind: "trade",
        trade: { symbol, price: whole(price), size: whole(size), eventTimeMs: epochMs(time), sequence },
      };
    });
    for (let at = from; at < read.length; at += 4) yield read.slice(at, at + 4);
  },
});

/** What a fetcher needs, with small frames and its own memory for the rest. */
export const depsOf = (
  stream: FrameStream,
  leases: LeaseStore,
  clock = createSkippingClock(),
  statuses = FOLDED,
): FetcherDeps => {
  let ids = 0;
  return {
    stream,
    leases,
    clock,
    random: createRandom(1),
    freshId: () => (++ids).toString(16).padStart(16, "0"),
    framing: { lanes: 4, maxTrades: 5, maxBytes: 25_000 },
    lingerMs: durationMs(100),
    statuses,
    ticksStream: "ticks",
    maxUnfoldedTrades: 1_000_000,
    log: createKeptLog(),
    meter: createMemoryMeter(),
  };
};

/** A run of an hour. */
export const runOf = (source: TradeSource, speed: number | "max" = "max"): FetcherRun => ({
  name: "replay",
  source,
  speed,
  deadlineMs: epochMs(START + 3_600_000),
});

/** The stores after all of the stream's records are folded. */
const fold = async (stream: MemoryStream): Promise<LifePorts> => {
  const ports = createMemoryLifePorts({ shards: stream, clock: { nowMs: () => epochMs(START) } });
  const rules = {
    intervalsMs: [minute],
    maxOutOfOrdernessMs: minute,
    clockSkewMs: minute,
    maxStateBytes: 1e6,
    retentionMs: minute,
  };
  for (const shard of stream.openShards()) {
    const step = {
      stream: "ticks",
      shard,
      records: stream.records(shard),
      state: undefined,
      isLast: true,
    };
    await advanceLife(ports, rules, step);
  }
  return ports;
};

/** The bars that the stream's records fold to, as export rows. */
export const foldedRows = async (stream: MemoryStream): Promise<string[]> => {
  const ports = await fold(stream);
  const range = { intervalMs: minute, startMs: epochMs(0), endMs: epochMs(START * 2) };
  const rows = await Promise.all(
    ["AIG", "IBM", "SPY"].map(async (symbol) => barsOf(await ports.panes.range({ ...range, symbol }), minute)),
  );
  return rows.flat().map((bar) => barRow(bar).join(","));
};

/** Trades of the stream that are late when it is folded. */
export const lateTrades = async (stream: MemoryStream): Promise<number> => {
  const { checkpoints } = await fold(stream);
  return sumOfCounts((await checkpoints.list("ticks")).map(({ counts }) => counts)).lateTrades;
};
