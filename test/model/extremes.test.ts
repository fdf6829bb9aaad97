import { expect, test } from "vitest";
import { createManualClock } from "#adapters/memory/clock.ts";
import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { createMemoryStream } from "#adapters/memory/stream.ts";
import { advanceLife } from "#core/advance-life.ts";
import { barRow } from "#core/bar-row.ts";
import { barsOf } from "#core/bars.ts";
import { foldContents } from "#core/fold.ts";
import { encodeFrame } from "#core/frame/encode.ts";
import { intervalText } from "#core/interval.ts";
import type { LifePorts, LifeRules } from "#core/life.ts";
import type { BarContent } from "#core/pane.ts";
import { contentRow } from "#core/pane-row.ts";
import type { ShardRecord } from "#core/ports/shard-reader.ts";
import { slidingBarsOf } from "#core/sliding-bars.ts";
import { readSlidingWindows, slidingWindowText } from "#core/sliding-window.ts";
import { durationMs, epochMs } from "#core/units.ts";
import { utf8Bytes } from "#core/utf8.ts";
import { oracleRows, type OracleTrade } from "#oracle/oracle.ts";
import { tradeOf } from "#test/oracle-trade.ts";
import { createChoices, type Choices } from "./choices.ts";

const RUNS = 500;
/** Of windows that are multiples of each other, and that are not. */
const INTERVALS = [60_000, 10_000, 15_000, 1_000].map(durationMs);
/** Derived from the panes of their steps. */
const SLIDING = readSlidingWindows(["3s/1s", "30s/15s", "2m/10s", "3m/1m"], "these");
const SYMBOLS = ["A", "ABCD", "ABCDE", "EUR/USD of a very long name 1234", "EUR/USD of a very long name 1235"];
/** Small ones, market prices, and what comes to 2^52 or 2^53 alone, in sums or in products. */
const DECIMALS = (
  "1 181.25 0.5 200 0.00000001 90071992.54740991 9007199254740991 4503599627370495 4503599627370496 67108863 67108864.5 " +
  "45035996.27370495 900719925474099.1 2097151.99999999"
).split(" ");
const BASES = [0, 1_381_132_800_000, 200_000 - 2 ** 52];
const SEQUENCES = [0, 1, 2, 2 ** 52 - 1, 2 ** 52, Number.MAX_SAFE_INTEGER];
const ALL = { startMs: epochMs(-Number.MAX_SAFE_INTEGER), endMs: epochMs(Number.MAX_SAFE_INTEGER) };

const tradesOf = (random: Choices): OracleTrade[] => {
  const base = random.pick(BASES);
  const [prices, sizes] = [random, random].map((from) => [
    from.pick(DECIMALS),
    from.pick(DECIMALS),
    from.pick(DECIMALS),
  ]);
  const sequences = [random.pick(SEQUENCES), random.pick(SEQUENCES)];
  const spreadMs = random.pick([3, 2_000, 130_000]);
  return Array.from({ length: 1 + random.below(12) }, () => ({
    symbol: random.pick(SYMBOLS.slice(0, random.pick([1, 5]))),
    price: random.pick(prices!),
    size: random.pick(sizes!),
    time: base + random.below(spreadMs) - Math.floor(spreadMs / 2),
    sequence: random.pick(sequences),
  }));
};

const frameOf = (trades: readonly OracleTrade[], number: number): Uint8Array =>
  encodeFrame({ producer: "a1", number, ingestTimeMs: epochMs(0), frontierMs: undefined, trades: trades.map(tradeOf) });

const linesOf = (trades: readonly OracleTrade[]): Uint8Array =>
  utf8Bytes(trades.map(({ time, ...trade }) => JSON.stringify({ ...trade, eventTimeMs: time })).join("\n"));

/** Takes the records in batches whose states are handed on, lost, or handed over once more. */
const takeAll = async (
  ports: LifePorts,
  rules: LifeRules,
  shard: string,
  records: readonly ShardRecord[],
  random: Choices,
) => {
  const states: (Uint8Array | undefined)[] = [undefined];
  for (let from = 0, to = 0; from < records.length; from = to) {
    to = Math.min(records.length, from + 1 + random.below(3));
    const isLast = to === records.length || random.isBelow(0.2);
    const handed = random.isBelow(0.8) ? states.at(-1) : states[random.below(states.length)];
    const step = { stream: "ticks", shard, records: records.slice(from, to), state: handed, isLast };
    states.push((await advanceLife(ports, rules, step)).state);
  }
};

interface Stored {
  readonly bars: readonly string[];
  readonly contents: readonly unknown[];
  readonly sliding: readonly string[];
}

const storedOf = async ({ panes }: LifePorts): Promise<Stored> => {
  const [bars, contents, sliding]: [string[], unknown[], string[]] = [[], [], []];
  for (const symbol of SYMBOLS) {
    for (const intervalMs of INTERVALS.toSorted((a, b) => a - b)) {
      const stored = await panes.range({ symbol, intervalMs, ...ALL });
      bars.push(...barsOf(stored, intervalMs).map((bar) => barRow(bar).join(",")));
      contents.push(...stored.map(({ content }) => contentRow(content)));
    }
    for (const window of SLIDING) {
      const steps = await panes.range({ symbol, intervalMs: window.stepMs, ...ALL });
      sliding.push(...slidingBarsOf(steps, window).map((bar) => barRow(bar).join(",")));
    }
  }
  return { bars, contents, sliding };
};

/** The fold of trades one by one, whose sums are exact to the last decimal: a bar's row rounds them. */
const contentsOf = (trades: readonly OracleTrade[]): unknown[] =>
  SYMBOLS.flatMap((symbol) =>
    INTERVALS.toSorted((a, b) => a - b).flatMap((intervalMs) => {
      const own = trades.filter((trade) => trade.symbol === symbol);
      const windows = Map.groupBy(own, ({ time }) => Math.floor(time / intervalMs));
      return [...windows]
        .toSorted(([a], [b]) => a - b)
        .map(([, inside]) => contentRow(foldContents(inside.map(contentOf))));
    }),
  );

const contentOf = (trade: OracleTrade): BarContent => {
  const { price, size, eventTimeMs, sequence } = tradeOf(trade);
  const print = { eventTimeMs, sequence, price, size };
  const [wide, lots] = [price, size].map(({ units, scale }) => ({ units: BigInt(units), scale }));
  const notional = { units: wide!.units * lots!.units, scale: wide!.scale + lots!.scale };
  return {
    tradeCount: 1,
    open: print,
    close: print,
    high: price,
    low: price,
    volume: lots!,
    priceSum: wide!,
    notional,
  };
};

test("bars are exact at the extremes of prices, sizes, times and ties, with states lost and rows ahead of the life", async () => {
  for (let seed = 0; seed < RUNS; seed++) {
    const random = createChoices(seed);
    const clock = createManualClock(epochMs(1_700_000_000_000));
    const stream = createMemoryStream({ clock });
    const [shard] = stream.openShards() as [string];
    const rules: LifeRules = {
      intervalsMs: INTERVALS,
      maxOutOfOrdernessMs: durationMs(2_000),
      clockSkewMs: durationMs(10_000),
      maxStateBytes: random.pick([200, 100_000]),
      retentionMs: durationMs(86_400_000),
    };
    const trades: OracleTrade[][] = Array.from({ length: 1 + random.below(5) }, () => tradesOf(random));
    const records = trades.map((some, number) =>
      stream.append(shard, random.isBelow(0.6) ? frameOf(some, number) : linesOf(some)),
    );
    const ports = createMemoryLifePorts({ shards: stream, clock });
    await takeAll(ports, rules, shard, records, random);
    const expected = {
      bars: oracleRows(trades.flat(), INTERVALS.map(intervalText)),
      contents: contentsOf(trades.flat()),
      sliding: oracleRows(trades.flat(), SLIDING.map(slidingWindowText)),
    };
    expect(await storedOf(ports), `seed ${seed}`).toEqual(expected);
    // The checkpoints are lost, so that every stored row is ahead of the next life; then more than once.
    const { panes } = ports;
    await takeAll({ ...createMemoryLifePorts({ shards: stream, clock }), panes }, rules, shard, records, random);
    expect(await storedOf(ports), `seed ${seed}, again`).toEqual(expected);
  }
});
