import { afterAll, beforeAll, expect, test } from "vitest";
import { createSimSource } from "#adapters/feeds/sim-source.ts";
import { createReplaySource } from "#adapters/feeds/replay-source.ts";
import { openDynamoConnectionStore } from "#adapters/dynamodb/connection-store.ts";
import { openTable } from "#adapters/dynamodb/client.ts";
import { paneItem } from "#adapters/dynamodb/pane-item.ts";
import { queryPartition, type Item } from "#adapters/dynamodb/requests.ts";
import { createMemoryLifePorts } from "#adapters/memory/life-ports.ts";
import { zstdPacking } from "#adapters/node/state-packing.ts";
import { systemClock as clock } from "#adapters/node/clock.ts";
import { openTestDynamo, type TestDynamo } from "#test/engines.ts";
import { advanceLife } from "../advance-life.ts";
import { framesOf, type CutFrame } from "../frame/framer.ts";
import type { Pane } from "../pane.ts";
import type { TradeSource } from "../ports/trade-source.ts";
import { heartbeatMessage, updateMessages } from "../protocol/server-message.ts";
import type { Trade } from "../trade.ts";
import { durationMs, epochMs, sequenceNumber } from "../units.ts";
import { readUpdateRecord, updateRecords } from "../update-record.ts";
import { paneRowText } from "../updates.ts";
import { frameBytesOf } from "./frames.ts";
import {
  CONNECTION_ROW_BYTES,
  HEARTBEAT_BYTES,
  PANE_ITEM_BYTES,
  PANE_BYTES,
  PANE_ROW_BYTES,
  UPDATE_HEAD_BYTES,
  UPDATE_RECORD_HEAD_BYTES,
} from "./measured.ts";

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await openTestDynamo();
});
afterAll(() => dynamo[Symbol.asyncDispose]());

const timeMs = epochMs(1_381_152_600_464);

const tradesOf = async (source: TradeSource): Promise<readonly Trade[]> => {
  const trades: Trade[] = [];
  for await (const rows of source.rows(0, timeMs))
    for (const row of rows) if (row.kind === "trade") trades.push(row.trade);
  return trades;
};

const simulated = (symbolCount: number, tradeCount: number, tradesPerSecond = 200_000): Promise<readonly Trade[]> => {
  const symbols = Array.from({ length: symbolCount }, (_, i) => `S${(i + 36).toString(36).toUpperCase()}`);
  return tradesOf(createSimSource({ seed: 1, symbols, tradesPerSecond, tradeCount }));
};

const cut = (trades: readonly Trade[], maxTrades: number): readonly CutFrame[] =>
  framesOf(trades, {
    producer: "0123456789abcdef",
    firstNumber: 100_000,
    lanes: 1,
    maxTrades,
    maxBytes: 1_000_000,
    ingestTimeMs: timeMs,
    frontierMs: timeMs,
  });

const bytesOf = (frames: readonly CutFrame[]): number => frames.reduce((sum, { data }) => sum + data.length, 0);

test.each([
  [500, 10],
  [500, 100],
  [500, 1_000],
  [125, 312],
  [8_000, 312],
  [8_000, 1_000],
])(
  "frames of %d symbols and %d trades are as long as the plan reckons, or up to a fifth shorter",
  async (symbols, size) => {
    const frames = cut(await simulated(symbols, size * 20), size);
    const perFrame = bytesOf(frames) / frames.length;
    expect(perFrame).toBeLessThanOrEqual(frameBytesOf(size, symbols, false));
    expect(perFrame).toBeGreaterThanOrEqual(frameBytesOf(size, symbols, false) * 0.8);
  },
);

test.each([
  ["with", true],
  ["without", false],
])("frames of real trades %s venue and conditions are about as long as the plan reckons", async (_, hasDetails) => {
  const all = await tradesOf(createReplaySource("data/trades-2013-10-07-0930.csv.gz"));
  const real = all
    .slice(0, 20_000)
    .map(({ venue, conditions, ...trade }) => (hasDetails ? { ...trade, venue, conditions } : trade));
  const perTrade = bytesOf(cut(real, 1_000)) / real.length;
  expect(perTrade).toBeLessThanOrEqual(frameBytesOf(1_000, 4, hasDetails) / 1_000 + 0.2);
  expect(perTrade).toBeGreaterThanOrEqual(frameBytesOf(1_000, 4, hasDetails) / 1_000 - 0.8);
});

const decimal = (units: number, scale = 2) => ({ units, scale });
const wide = (units: bigint, scale = 2) => ({ units, scale });
const print = { price: decimal(16_741), eventTimeMs: timeMs, sequence: 123_456, size: decimal(500, 0) };

/** A minute of a busy symbol, in a shard as Kinesis numbers it. */
const pane: Pane = {
  symbol: "SPY",
  intervalMs: durationMs(60_000),
  startMs: epochMs(1_381_152_600_000),
  shard: "shardId-000000000000@mu9r6a",
  lastSequence: sequenceNumber("49590338271490256608559692538361571095921575989136588898"),
  isCorrected: false,
  content: {
    tradeCount: 2_501,
    open: print,
    high: decimal(16_744),
    low: decimal(16_738),
    close: print,
    volume: wide(512_349n, 0),
    priceSum: wide(41_868_007n),
    notional: wide(8_577_923_459n),
  },
};

test("a pane is as long in a state and in a record of the bars stream as the plan reckons, or shorter", () => {
  const panes = Array.from({ length: 500 }, (_, i) =>
    [10_000, 60_000].map(durationMs).map((intervalMs): Pane => ({ ...pane, symbol: `S${i}`, intervalMs })),
  ).flat();
  const [one, all] = [updateRecords([pane]), updateRecords(panes, 1_000_000)];
  expect((all[0]!.length - one[0]!.length) / (panes.length - 1)).toBeLessThanOrEqual(PANE_BYTES);
  expect(one[0]!.length).toBeLessThanOrEqual(PANE_BYTES + UPDATE_RECORD_HEAD_BYTES);
  expect(one[0]!.length).toBeGreaterThan(UPDATE_RECORD_HEAD_BYTES);
});

/** An arrival window and what disorder adds to it. */
const LIFE_SECONDS = 17;

/** The state and the updates of a life that took these trades, and how many panes they hold. */
const foldedOf = async (trades: readonly Trade[]) => {
  const shards = { name: async () => "shard", parents: async () => [], read: async function* () {} };
  const published: Uint8Array[] = [];
  const updates = { publish: async (made: readonly Uint8Array[]) => void published.push(...made) };
  const rules = {
    intervalsMs: [10_000, 60_000].map(durationMs),
    maxOutOfOrdernessMs: durationMs(2_000),
    clockSkewMs: durationMs(10_000),
    maxStateBytes: 10_000_000,
    retentionMs: durationMs(86_400_000),
  };
  const records = cut(trades, 1_000).map(({ data, number }) => ({
    sequenceNumber: sequenceNumber(String(number)),
    arrivalTimeMs: epochMs(timeMs + LIFE_SECONDS * 1_000),
    data,
  }));
  const ports = { ...createMemoryLifePorts({ shards, clock }), updates, packing: zstdPacking };
  const step = { stream: "ticks", shard: "shard", records, state: undefined, isLast: false };
  const { state } = await advanceLife(ports, rules, step);
  return {
    stateBytes: state!.length,
    updateBytes: published.reduce((sum, { length }) => sum + length, 0),
    paneCount: published.flatMap(readUpdateRecord).length,
  };
};

test.each([100, 500, 4_000])(
  "panes of %d symbols are as long in a life as the plan reckons, or down to half as long",
  async (symbols) => {
    const tradesPerSecond = 4_000;
    const trades = await simulated(symbols, tradesPerSecond * LIFE_SECONDS, tradesPerSecond);
    const { stateBytes, updateBytes, paneCount } = await foldedOf(trades);
    expect(stateBytes / paneCount).toBeLessThanOrEqual(PANE_BYTES);
    expect(stateBytes / paneCount).toBeGreaterThan(PANE_BYTES * 0.5);
    expect(updateBytes / paneCount).toBeLessThanOrEqual(PANE_BYTES);
    expect(updateBytes / paneCount).toBeGreaterThan(PANE_BYTES * 0.5);
  },
);

test("a pane is as long in an update message as the plan reckons, or little shorter", () => {
  const bytes = paneRowText(pane).length + 1;
  expect(bytes).toBeLessThanOrEqual(PANE_ROW_BYTES);
  expect(bytes).toBeGreaterThan(PANE_ROW_BYTES * 0.9);
});

test("updates and heartbeats say no more besides than the plan reckons", () => {
  const row = paneRowText(pane);
  expect(updateMessages([row], timeMs)[0]!.length - row.length).toBeLessThanOrEqual(UPDATE_HEAD_BYTES);
  const counts = {
    trades: 525_600_000_000,
    late: 1_000_000,
    corrected: 1_000,
    duplicates: 1_000,
    rejected: 1_000,
    gaps: 10,
  };
  const beat = heartbeatMessage({ timeMs, watermarkMs: timeMs, feed: "live", counts, connections: 10_000 });
  expect(beat.length).toBeLessThanOrEqual(HEARTBEAT_BYTES);
});

/**
 * Names and values, a set with the overhead of a list, which is the most that it can have.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
const itemBytesOf = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, { S, N, SS }]) => {
    const value = S?.length ?? SS?.reduce((all, text) => all + 1 + text.length, 3) ?? 1 + (N ?? "").length / 2;
    return sum + name.length + value;
  }, 0);

test("a stored pane is as long as the plan reckons, or little shorter, and one write unit", () => {
  const bytes = itemBytesOf({ ...paneItem(pane), expiresAt: { N: "1381152600" } });
  expect(bytes).toBeLessThanOrEqual(PANE_ITEM_BYTES);
  expect(bytes).toBeGreaterThan(PANE_ITEM_BYTES * 0.9);
  expect(PANE_ITEM_BYTES).toBeLessThanOrEqual(1_024);
});

test.each([1, 20, 500])(
  "a connection of %d symbols is as long as the plan reckons, or little shorter",
  async (count) => {
    const options = { table: await dynamo.table("connections"), clock };
    await using store = openDynamoConnectionStore(options);
    await using table = openTable(options);
    const connectionId = "L0SM9cOFvHcCIhw=";
    const wants = Array.from({ length: count }, (_, i) => ({
      symbol: `S${i + 1_000}`,
      intervalMs: durationMs(10_000),
    }));
    await store.open({ connectionId, connectedAtMs: timeMs, identity: "google-oauth2|108204268033311374519" });
    await store.subscribe(wants.map((want) => ({ connectionId, ...want })));
    const rows = await queryPartition(table, "pk", "connections");
    const reckoned = CONNECTION_ROW_BYTES.head + count * CONNECTION_ROW_BYTES.want;
    expect(rows).toHaveLength(1);
    expect(itemBytesOf(rows[0]!)).toBeLessThanOrEqual(reckoned);
    expect(itemBytesOf(rows[0]!)).toBeGreaterThan(reckoned * 0.9);
  },
);
