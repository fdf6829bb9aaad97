import { expect, test } from "vitest";
import { createSimSource } from "#adapters/feeds/sim-source.ts";
import { createReplaySource } from "#adapters/feeds/replay-source.ts";
import { paneItem } from "#adapters/dynamodb/pane-item.ts";
import type { Item } from "#adapters/dynamodb/requests.ts";
import { framesOf, type CutFrame } from "../frame/framer.ts";
import type { Pane } from "../pane.ts";
import type { TradeSource } from "../ports/trade-source.ts";
import { heartbeatMessage, updateMessages } from "../protocol/server-message.ts";
import type { Trade } from "../trade.ts";
import { durationMs, epochMs, sequenceNumber } from "../units.ts";
import { updateRecords } from "../update-record.ts";
import { paneRowText } from "../updates.ts";
import { frameBytesOf } from "./frames.ts";
import {
  HEARTBEAT_BYTES,
  PANE_ITEM_BYTES,
  PANE_BYTES,
  PANE_ROW_BYTES,
  UPDATE_HEAD_BYTES,
  UPDATE_RECORD_HEAD_BYTES,
} from "./measured.ts";

const timeMs = epochMs(1_381_152_600_464);

const tradesOf = async (source: TradeSource): Promise<readonly Trade[]> => {
  const trades: Trade[] = [];
  for await (const rows of source.rows(0, timeMs))
    for (const row of rows) if (row.kind === "trade") trades.push(row.trade);
  return trades;
};

const simulated = (symbolCount: number, tradeCount: number): Promise<readonly Trade[]> => {
  const symbols = Array.from({ length: symbolCount }, (_, i) => `S${(i + 36).toString(36).toUpperCase()}`);
  return tradesOf(createSimSource({ seed: 1, symbols, tradesPerSecond: 200_000, tradeCount }));
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

test("a pane is as long in an update message as the plan reckons, or little shorter", () => {
  const bytes = paneRowText(pane).length + 1;
  expect(bytes).toBeLessThanOrEqual(PANE_ROW_BYTES);
  expect(bytes).toBeGreaterThan(PANE_ROW_BYTES * 0.9);
});

test("updates and heartbeats say no more besides than the plan reckons", () => {
  const row = paneRowText(pane);
  expect(updateMessages([row])[0]!.length - row.length).toBeLessThanOrEqual(UPDATE_HEAD_BYTES);
  const counts = { trades: 525_600_000_000, late: 1_000_000, duplicates: 1_000, rejected: 1_000 };
  const beat = heartbeatMessage({ timeMs, watermarkMs: timeMs, feed: "live", counts });
  expect(beat.length).toBeLessThanOrEqual(HEARTBEAT_BYTES);
});

/** Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
test("a stored pane is as long as the plan reckons, or little shorter, and one write unit", () => {
  const item: Item = { ...paneItem(pane), expiresAt: { N: "1381152600" } };
  const bytes = Object.entries(item).reduce(
    (sum, [name, { S, N }]) => sum + name.length + (S?.length ?? 1 + (N ?? "").length / 2),
    0,
  );
  expect(bytes).toBeLessThanOrEqual(PANE_ITEM_BYTES);
  expect(bytes).toBeGreaterThan(PANE_ITEM_BYTES * 0.9);
  expect(PANE_ITEM_BYTES).toBeLessThanOrEqual(1_024);
});
