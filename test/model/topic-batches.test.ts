import { expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { createMemoryStream } from "#adapters/memory/stream.ts";
import { createMemoryMeter } from "#adapters/memory/meter.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import { PipelineError } from "#core/errors.ts";
import { encodeFrame } from "#core/frame/encode.ts";
import { intervalText } from "#core/interval.ts";
import type { PaneStore } from "#core/ports/pane-store.ts";
import type { ShardRecord } from "#core/ports/shard-reader.ts";
import { durationMs, epochMs, sequenceDigits } from "#core/units.ts";
import { createAggregator } from "#lambdas/aggregator/aggregator.ts";
import { byPartition, type KafkaEvent } from "#lambdas/aggregator/kafka-event.ts";
import { oracleRows, type OracleTrade } from "#oracle/oracle.ts";
import { tradeOf } from "#test/oracle-trade.ts";
import { createChoices, type Choices } from "./choices.ts";

const RUNS = 150;
const BASE = 1_381_132_800_000;
const INTERVALS = [10_000, 60_000].map(durationMs);
const SYMBOLS = ["AIG", "IBM", "SPY"];
const TIMES = { startMs: epochMs(0), endMs: epochMs(2 * BASE) };
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

const tradesOf = (random: Choices): OracleTrade[] =>
  Array.from({ length: 1 + random.below(4) }, () => ({
    symbol: random.pick(SYMBOLS),
    price: random.pick(["181.25", "9.5", "0.00000001", "7"]),
    size: random.pick(["100", "0.5", "1"]),
    time: BASE + random.below(130_000),
    sequence: random.below(5),
  }));

/** A topic whose partitions hold frames, some of them twice, and what its trades are. */
const createTopic = async (random: Choices) => {
  const clock = createManualClock(epochMs(1_700_000_000_000));
  const shardCount = 1 + random.below(4);
  const stream = createMemoryStream({ clock, shardCount });
  const shards = stream.openShards();
  const trades: OracleTrade[] = [];
  for (let number = 0; number < 4 + random.below(12); number++) {
    const some = tradesOf(random);
    trades.push(...some);
    const frame = { producer: "a1", number, ingestTimeMs: epochMs(0), frontierMs: undefined };
    const data = encodeFrame({ ...frame, trades: some.map(tradeOf) });
    const shard = random.pick(shards);
    for (let times = random.isBelow(0.2) ? 2 : 1; times > 0; times--) stream.append(shard, data);
  }
  const name = async (shardId: string): Promise<string> => shards[Number(shardId.slice("ticks-".length))]!;
  const partitions = shards.map((shard) => stream.records(shard));
  return { partitions, trades, ports: createMemoryLifePorts({ shards: { ...stream, name }, clock }) };
};

const recordOf = (partition: number, { sequenceNumber, arrivalTimeMs, data }: ShardRecord) => ({
  topic: "ticks",
  partition,
  offset: Number(sequenceDigits(sequenceNumber)),
  timestamp: arrivalTimeMs,
  value: Buffer.from(data).toString("base64"),
});

/** Refuses some puts. */
const faulty = (panes: PaneStore, random: Choices): PaneStore => ({
  ...panes,
  put: async (rows) => {
    if (random.isBelow(0.2)) throw new PipelineError("TAPE_STORE_UNAVAILABLE", "the store must answer, did not");
    await panes.put(rows);
    if (random.isBelow(0.1)) throw new PipelineError("TAPE_STORE_UNAVAILABLE", "the answer must come, was lost");
  },
});

/**
 * Hands a topic over as Lambda does: events of some records of some partitions, again when they fail and now and then when
 * they did not; from an older place when partitions are shared out anew; and past records that it gave up.
 */
const deliver = async (
  handle: (event: KafkaEvent) => Promise<void>,
  partitions: readonly (readonly ShardRecord[])[],
  random: Choices,
): Promise<number> => {
  const next = partitions.map(() => 0);
  let failures = 0;
  while (next.some((at, i) => at < partitions[i]!.length)) {
    const chosen = partitions
      .map((records, partition) => ({ records, partition, from: next[partition]! }))
      .filter(({ records, from }) => from < records.length && random.isBelow(0.7))
      .map((each) => ({ ...each, to: Math.min(each.records.length, each.from + 1 + random.below(3)) }));
    const entries = chosen.map(({ records, partition, from, to }) => [
      `ticks-${partition}`,
      records.slice(from, to).map((record) => recordOf(partition, record)),
    ]);
    const isDone = await handle({ records: Object.fromEntries(entries) as NonNullable<KafkaEvent["records"]> }).then(
      () => true,
      () => false,
    );
    if (!isDone) failures++;
    for (const { partition, records, to } of chosen) {
      const isGivenUp = !isDone && to < records.length && random.isBelow(0.2);
      if ((isDone && random.isBelow(0.9)) || isGivenUp) next[partition] = to;
      else if (random.isBelow(0.1)) next[partition] = random.below(next[partition]! + 1);
    }
  }
  return failures;
};

test("bars of a topic are those of its trades, however Lambda batches, repeats, fails and gives up its records", async () => {
  let failures = 0;
  for (let seed = 0; seed < RUNS; seed++) {
    const random = createChoices(seed);
    const { partitions, trades, ports } = await createTopic(random);
    const rules = {
      intervalsMs: INTERVALS,
      maxOutOfOrdernessMs: durationMs(2_000),
      clockSkewMs: durationMs(10_000),
      maxStateBytes: 100_000,
      retentionMs: durationMs(86_400_000),
    };
    const panes = faulty(ports.panes, random);
    const handle = byPartition(
      createAggregator({ ...ports, panes, stream: "ticks", rules, log: silent, meter: createMemoryMeter() }),
    );
    failures += await deliver(handle, partitions, random);
    const bars: string[] = [];
    for (const symbol of SYMBOLS)
      for (const intervalMs of INTERVALS)
        bars.push(
          ...barsOf(await ports.panes.range({ symbol, intervalMs, ...TIMES }), intervalMs).map((bar) =>
            barRow(bar).join(","),
          ),
        );
    expect(bars, `seed ${seed}`).toEqual(oracleRows(trades, INTERVALS.map(intervalText)));
  }
  expect(failures).toBeGreaterThan(RUNS / 2);
});
