import { readFileSync } from "node:fs";

import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";

import { TradeColumns } from "#core/trade-columns.ts";
import { epochMs } from "#core/units.ts";
import { encodeFrame } from "./encode.ts";
import { readFrame, type FrameReading } from "./read.ts";

const SCHEMA = readFileSync(new URL("../../proto/tapestream/v1/frame.proto", import.meta.url), "utf8");
const Frame = protobuf.parse(SCHEMA).root.lookupType("tapestream.v1.Frame");

const BASE_TIME_MS = 1_381_132_800_000;
const limits = { latestEventTimeMs: epochMs(BASE_TIME_MS + 10_000) };

/** IBM 1.01 × 10, IBM 1.02 × 20, SPY 2.00 × 30. */
const SOUND = {
  version: 1,
  number: 5,
  baseTimeMs: BASE_TIME_MS,
  baseSequence: 100,
  symbol: ["IBM", "SPY"],
  trades: [2, 1],
  priceScale: [2],
  price: [101, 1, 200],
  size: [10, 20, 30],
  time: [0, 1, 2],
};

/** Changes that leave one trade. */
const ONE = { symbol: ["IBM"], trades: [1], price: [1], size: [1], time: [0] };

const bytesOf = (changes: object): Uint8Array =>
  Uint8Array.from(Frame.encode(Frame.fromObject({ ...SOUND, ...changes })).finish());

const joined = (data: Uint8Array, hex: string): Uint8Array => Buffer.concat([data, Buffer.from(hex, "hex")]);

/** Columns that hold one trade already. */
const columnsInUse = (): TradeColumns => {
  const columns = new TradeColumns(1);
  const { time, ...trade } = { symbol: "AIG", price: { units: 5, scale: 0 }, size: { units: 6, scale: 0 }, time: 7 };
  const trades = [{ ...trade, eventTimeMs: epochMs(time), sequence: 8 }];
  readFrame(encodeFrame({ producer: "", number: 0, ingestTimeMs: epochMs(0), trades }), columns, limits);
  return columns;
};

const rowsOf = ({ price, size, eventTimeMs, sequence, count, runs }: TradeColumns): object => ({
  runs,
  rows: Array.from({ length: count }, (_, row) => [
    price[row],
    size[row],
    eventTimeMs[row]! - BASE_TIME_MS,
    sequence[row],
  ]),
});

const read = (data: Uint8Array): { reading: FrameReading; columns: TradeColumns } => {
  const columns = new TradeColumns(0);
  return { reading: readFrame(data, columns, limits), columns };
};

describe("readFrame", () => {
  test("appends runs and rows behind those of other records", () => {
    const columns = columnsInUse();
    const reading = readFrame(bytesOf({ producer: Buffer.from("00ffa0", "hex") }), columns, limits);
    expect(reading).toEqual({ kind: "frame", producer: "00ffa0", number: 5, tradeCount: 3, faults: [], faultCount: 0 });
    expect(columns.count).toBe(4);
    expect(columns.runs).toEqual([
      { symbol: "AIG", priceScale: 0, sizeScale: 0, from: 0, to: 1 },
      { symbol: "IBM", priceScale: 2, sizeScale: 0, from: 1, to: 3 },
      { symbol: "SPY", priceScale: 2, sizeScale: 0, from: 3, to: 4 },
    ]);
    expect([...columns.price.subarray(0, 4)]).toEqual([5, 101, 102, 200]);
    expect([...columns.size.subarray(0, 4)]).toEqual([6, 10, 20, 30]);
    expect([...columns.eventTimeMs.subarray(1, 4)]).toEqual([0, 1, 2].map((later) => BASE_TIME_MS + later));
    expect([...columns.sequence.subarray(0, 4)]).toEqual([8, 100, 101, 102]);
  });

  test("knows no producer when none is named", () => {
    expect(read(bytesOf({})).reading).toMatchObject({ producer: undefined, number: 5 });
  });

  test("counts sequences from the base sequence, per run where the column stands", () => {
    expect(rowsOf(read(bytesOf({ sequence: [3, -1, 0] })).columns)).toMatchObject({
      rows: [
        [101, 10, 0, 103],
        [102, 20, 1, 102],
        [200, 30, 2, 100],
      ],
    });
  });

  test("takes a scale for each run", () => {
    const { columns } = read(bytesOf({ priceScale: [0, 8], sizeScale: [1, 2] }));
    expect(columns.runs.map(({ priceScale, sizeScale }) => [priceScale, sizeScale])).toEqual([
      [0, 1],
      [8, 2],
    ]);
  });

  test("passes over a run without trades", () => {
    const { reading, columns } = read(bytesOf({ symbol: ["IBM", "X", "SPY"], trades: [2, 0, 1] }));
    expect(reading).toMatchObject({ tradeCount: 3 });
    expect(columns.runs.map(({ symbol }) => symbol)).toEqual(["IBM", "SPY"]);
  });

  test("takes a frame without trades", () => {
    const frame = { kind: "frame", producer: undefined, number: 0, tradeCount: 0, faults: [], faultCount: 0 };
    expect(read(Uint8Array.of(8, 1)).reading).toEqual(frame);
  });

  test("reads varints longer than they need be", () => {
    // number: 1 in ten bytes
    expect(read(joined(bytesOf({}), "1881808080808080808000")).reading).toMatchObject({ number: 1, tradeCount: 3 });
  });

  test("counts the last of a field that may stand once, and passes over one of another wire type", () => {
    // number: 9, then number as four bytes
    expect(read(joined(bytesOf({}), "18091d00000000")).reading).toMatchObject({ number: 9, tradeCount: 3 });
  });
});

describe("a trade that cannot be true", () => {
  test("is left out alone, with its index in the frame", () => {
    const columns = columnsInUse();
    const data = bytesOf({
      trades: [3, 2],
      price: [101, -101, 103, 200, 1],
      size: [10, 20, 30, 40, 50],
      time: [0, 1, 2, 10_001, -10_000],
    });
    expect(readFrame(data, columns, limits)).toMatchObject({
      tradeCount: 3,
      faults: [
        { index: 1, reason: "not-positive" },
        { index: 3, reason: "future" },
      ],
    });
    expect(rowsOf(columns)).toEqual({
      runs: [
        { symbol: "AIG", priceScale: 0, sizeScale: 0, from: 0, to: 1 },
        { symbol: "IBM", priceScale: 2, sizeScale: 0, from: 1, to: 3 },
        { symbol: "SPY", priceScale: 2, sizeScale: 0, from: 3, to: 4 },
      ],
      rows: [
        [5, 6, 7 - BASE_TIME_MS, 8],
        [101, 10, 0, 100],
        [103, 30, 3, 102],
        [201, 50, 1, 104],
      ],
    });
  });

  test("takes its run along when it is alone in it", () => {
    const { reading, columns } = read(bytesOf({ size: [10, 20, 0] }));
    expect(reading).toMatchObject({ tradeCount: 2, faults: [{ index: 2, reason: "not-positive" }] });
    expect(columns.runs.map(({ symbol }) => symbol)).toEqual(["IBM"]);
  });

  test("may be any distance in the past, and none beyond the limit in the future", () => {
    //                    limit
    // 1900 ... 1970 -----|10 000|10 001
    const times = { baseTimeMs: -2_208_988_800_000, trades: [1, 1], price: [1, 1], size: [1, 1], time: [0, 0] };
    expect(read(bytesOf(times)).reading).toMatchObject({ tradeCount: 2 });
    expect(read(bytesOf({ time: [10_000, 0, 10_001] })).reading).toMatchObject({
      faults: [{ index: 2, reason: "future" }],
    });
  });
});

describe("a frame whose structure is wrong", () => {
  test.each([
    ["a symbol too few", { symbol: ["IBM"] }],
    ["a run length too few", { trades: [3] }],
    ["a price too many", { price: [101, 1, 200, 1] }],
    ["a price too few", { price: [101, 1] }],
    ["a size too many", { size: [1, 2, 3, 4] }],
    ["a size too few", { size: [1, 2] }],
    ["no times", { time: [] }],
    ["a sequence too few", { sequence: [0, 1] }],
    ["a venue too few", { venueName: ["P"], venue: [1, 1] }],
    ["a venue beyond its names", { venueName: ["P"], venue: [0, 1, 2] }],
    ["conditions without names", { conditions: [0, 1, 0] }],
    ["two scales for three runs", { symbol: ["A", "B", "C"], trades: [1, 1, 1], priceScale: [1, 2] }],
    ["a price scale of 9", { priceScale: [9] }],
    ["a size scale of 2^32 - 1", { sizeScale: [2 ** 32 - 1] }],
    ["an empty symbol", { symbol: ["IBM", ""] }],
    ["a symbol of 33 characters", { symbol: ["IBM", "S".repeat(33)] }],
    ["a symbol beyond ASCII", { symbol: ["IBM", "Börse"] }],
    ["a producer of 17 bytes", { producer: new Uint8Array(17) }],
    ["a number of 2^53", { number: "9007199254740992" }],
    ["an ingest time of 2^64 - 1", { ingestTimeMs: "18446744073709551615" }],
    ["a frontier of 2^63 - 1", { frontierMs: "9223372036854775807" }],
    ["run lengths that exceed the frame", { trades: [2 ** 32 - 1, 2 ** 32 - 1] }],
    ["a price of 2^53 units", { price: [1, "9007199254740991", 1] }],
    ["a size of 2^53 units", { size: [1, 2, "9007199254740992"] }],
    ["a price difference of -2^63", { price: [1, 1, "-9223372036854775808"] }],
    ["an event time 2^52 ms before 1970", { baseTimeMs: "-4503599627370496" }],
    ["an event time of 2^53 ms", { baseTimeMs: "9007199254740991" }],
    ["a difference of times below -2^53", { ...ONE, baseTimeMs: "9007199254740991", time: ["-9007199254740997"] }],
    ["a base time of 2^63 - 1", { baseTimeMs: "9223372036854775807" }],
    ["a negative sequence", { sequence: [0, -101, 0] }],
    ["sequences that reach 2^53", { baseSequence: "9007199254740990" }],
  ])("is rejected whole: %s", (_, changes) => {
    const columns = columnsInUse();
    const before = structuredClone(rowsOf(columns));
    expect(readFrame(bytesOf(changes), columns, limits)).toEqual({ kind: "rejected", reason: "malformed-frame" });
    expect(rowsOf(columns)).toEqual(before);
  });

  test.each([
    ["what it says", "1381132800464", 1_381_132_800_464],
    ["nothing for nothing said", "0", undefined],
    ["nothing for a time that is yet to come", String(limits.latestEventTimeMs + 1), undefined],
  ])("tells of the producer's frontier %s", (_, frontierMs, expected) => {
    expect(readFrame(bytesOf({ frontierMs }), new TradeColumns(), limits)).toMatchObject({ frontierMs: expected });
  });

  test.each([
    ["a field number of 0", "0000"],
    ["a tag of more than 32 bits", "888080808000"],
    ["a varint of 11 bytes", "188080808080808080808000"],
    ["a varint cut short", "1880"],
    ["a length beyond the end", "4a05494d"],
    ["a length beyond 2^53", "4affffffffffffffffff01"],
    ["eight bytes cut short", "c10700000000000000"],
    ["four bytes cut short", "dd07000000"],
    ["a group that does not end", "d3070801"],
    ["a group that ends with another number", "d307dc07"],
    ["an end of no group", "d407"],
    ["a wire type of 7", "0f00"],
    ["a varint cut short at the end of a column", "6a0180"],
  ])("is rejected whole: %s", (_, hex) => {
    expect(read(joined(bytesOf({}), hex)).reading).toEqual({ kind: "rejected", reason: "malformed-frame" });
  });

  test.each([
    ["version 2", { version: 2 }],
    ["no version", { version: 0 }],
  ])("rejects %s as such, whatever else it holds", (_, changes) => {
    expect(read(bytesOf({ ...changes, price: [] })).reading).toEqual({
      kind: "rejected",
      reason: "unsupported-version",
    });
  });
});

test("no cut of a frame reads as the frame", () => {
  const data = bytesOf({});
  const whole = rowsOf(read(data).columns);
  fc.assert(
    fc.property(fc.nat({ max: data.length - 1 }), (length) => {
      expect(rowsOf(read(data.subarray(0, length)).columns)).not.toEqual(whole);
    }),
  );
});
