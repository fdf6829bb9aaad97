import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { decimalText } from "#core/decimal.ts";
import { encodeFrame } from "#core/frame/encode.ts";
import { readRecord } from "#core/record.ts";
import { TradeColumns } from "#core/trade-columns.ts";
import { MAX_FAULTS } from "#core/trade.ts";
import { epochMs } from "#core/units.ts";
import { utf8Bytes } from "#core/utf8.ts";
import { aggregateOf, keysArbitrary } from "#test/arbitraries/aggregate.ts";
import { frameTradesArbitrary } from "#test/arbitraries/trade.ts";

const limits = { latestEventTimeMs: epochMs(1_381_133_000_000) };

const JSON_TRADE = '{"symbol":"IBM","price":181.25,"size":100,"eventTimeMs":1381132800464}';
const FUTURE = '{"symbol":"IBM","price":181.25,"size":100,"eventTimeMs":1381133000001}';
const CSV = "SPY,BUY,167.40,200,1381132800465,2013-10-07 08:00:00";

const frame = (number: number, ...sizes: readonly number[]): Uint8Array =>
  encodeFrame({
    producer: "00ff",
    number,
    ingestTimeMs: epochMs(0),
    trades: sizes.map((units, sequence) => ({
      symbol: "AIG",
      price: { units: 5, scale: 1 },
      size: { units, scale: 0 },
      eventTimeMs: epochMs(1_381_132_800_000),
      sequence,
    })),
  });

const read = (record: Uint8Array, columns = new TradeColumns(0)) => {
  const reading = readRecord(record, columns, limits);
  const trades = columns.runs.flatMap(({ symbol, sizeScale, from, to }) =>
    Array.from({ length: to - from }, (_, i) => {
      const size = decimalText({ units: columns.size[from + i]!, scale: sizeScale });
      return `${symbol} × ${size} #${columns.sequence[from + i]!}`;
    }),
  );
  return { reading, trades, faults: reading.faults.map(({ index, reason }) => `${index} ${reason}`) };
};

const aggregate = (...userRecords: readonly (string | Uint8Array)[]): Uint8Array =>
  aggregateOf(userRecords.map((data) => (typeof data === "string" ? utf8Bytes(data) : data)));

const MALFORMED = { producer: undefined, tradeCount: 0, faults: [{ index: -1, reason: "malformed-aggregate" }] };

describe("an aggregate", () => {
  test("gives what its user records give one by one, whatever stands around them", () => {
    const userRecord = fc.oneof(
      frameTradesArbitrary.map((trades) =>
        encodeFrame({ producer: "aa", number: 1, ingestTimeMs: epochMs(0), trades }),
      ),
      fc.constantFrom(JSON_TRADE, FUTURE, `${JSON_TRADE}\n{\n${JSON_TRADE}`, CSV, "", "?", "[]", "[1,").map(utf8Bytes),
    );
    fc.assert(
      fc.property(fc.array(userRecord, { maxLength: 6 }), keysArbitrary, (userRecords, keys) => {
        const together = read(aggregateOf(userRecords, keys));
        const alone = userRecords.map((data) => read(data));
        const unnumbered = ({ trades }: { readonly trades: readonly string[] }) =>
          trades.map((trade) => trade.split("#")[0]);
        expect(unnumbered(together)).toEqual(alone.flatMap(unnumbered));
        expect(together.reading.faults.map(({ reason }) => reason).slice(0, MAX_FAULTS)).toEqual(
          alone.flatMap(({ reading }) => reading.faults.map(({ reason }) => reason)).slice(0, MAX_FAULTS),
        );
        const total = (count: "tradeCount" | "faultCount"): number =>
          alone.reduce((sum, { reading }) => sum + reading[count], 0);
        expect([together.reading.tradeCount, together.reading.faultCount]).toEqual([
          total("tradeCount"),
          total("faultCount"),
        ]);
      }),
    );
  });

  test("numbers trades and faults through all user records", () => {
    const record = aggregate(JSON_TRADE, FUTURE, "", `${CSV}\n,\n${CSV}`, "[]", `[${JSON_TRADE},{},${JSON_TRADE}]`);
    const { trades, faults } = read(record);
    expect(trades).toEqual(["IBM × 100 #0", "SPY × 200 #3", "SPY × 200 #5", "IBM × 100 #6", "IBM × 100 #8"]);
    expect(faults).toEqual(["1 future", "2 unknown-shape", "4 unknown-shape", "7 unknown-shape"]);
  });

  test("names no producer, though its frames do: the same frame in two aggregates counts twice", () => {
    const { reading, trades, faults } = read(
      aggregate(frame(1, 10, 20), JSON_TRADE, Uint8Array.of(8, 2), frame(1, 30)),
    );
    expect(reading).toMatchObject({ producer: undefined, number: 0, frontierMs: undefined, tradeCount: 4 });
    expect(trades).toEqual(["AIG × 10 #0", "AIG × 20 #1", "IBM × 100 #2", "AIG × 30 #0"]);
    expect(faults).toEqual(["3 unsupported-version"]);
  });

  test("of nothing is nothing", () => {
    expect(read(aggregate()).reading).toMatchObject({ tradeCount: 0, faultCount: 0 });
  });

  test("in an aggregate is an unknown shape", () => {
    const { trades, faults } = read(aggregate(JSON_TRADE, aggregate(JSON_TRADE), JSON_TRADE));
    expect([trades, faults]).toEqual([["IBM × 100 #0", "IBM × 100 #2"], ["1 unknown-shape"]]);
  });

  test("of many faults names the first 100 and counts all", () => {
    const userRecords = Array.from({ length: 60 }, () => "{\n{\n{");
    const { reading, faults } = read(aggregate(...userRecords, JSON_TRADE));
    expect(reading).toMatchObject({ tradeCount: 1, faultCount: 180 });
    expect(faults).toEqual(Array.from({ length: MAX_FAULTS }, (_, index) => `${index} malformed-json`));
  });

  test("rejects one cut short within its last field as a whole, and leaves the columns as they were", () => {
    const whole = aggregate(CSV, frame(1, 10), JSON_TRADE);
    const columns = new TradeColumns();
    readRecord(utf8Bytes(JSON_TRADE), columns, limits);
    for (const length of [4, 19, ...Array.from({ length: 60 }, (_, cut) => whole.length - cut - 1)]) {
      const { reading, trades } = read(whole.subarray(0, length), columns);
      expect(reading).toMatchObject(MALFORMED);
      expect(trades).toEqual(["IBM × 100 #0"]);
    }
  });

  const START = [0xf3, 0x89, 0x9a, 0xc2];
  const DIGEST = Array.from({ length: 16 }, () => 0);
  const KEY = [0x0a, 1, 65];

  test.each([
    ["a key index beyond the table", [...KEY, 0x1a, 4, 0x08, 1, 0x1a, 0]],
    ["a hash key index without a table", [...KEY, 0x1a, 6, 0x08, 0, 0x10, 0, 0x1a, 0]],
    ["an index beyond 2^53", [...KEY, 0x1a, 12, 0x08, 255, 255, 255, 255, 255, 255, 255, 255, 127, 0x1a, 0]],
    ["no key index", [...KEY, 0x1a, 2, 0x1a, 0]],
    ["no data", [...KEY, 0x1a, 2, 0x08, 0]],
    ["data beyond the user record", [...KEY, 0x1a, 4, 0x08, 0, 0x1a, 1, 0]],
    ["a length beyond 2^53", [...KEY, 0x1a, 255, 255, 255, 255, 255, 255, 255, 255, 127]],
    ["another field", [...KEY, 0x22, 0]],
    ["another field in a user record", [...KEY, 0x1a, 6, 0x08, 0, 0x1a, 0, 0x2a, 0]],
    ["a key that is a number", [0x08, 1]],
  ])("rejects one as a whole with %s", (_, message) => {
    expect(read(Uint8Array.from([...START, ...message, ...DIGEST])).reading).toMatchObject(MALFORMED);
  });

  test("takes fields in any order, and holds no digest against them", () => {
    const message = [0x1a, 8, 0x22, 0, 0x1a, 2, 0x7b, 0x7d, 0x08, 0, ...KEY];
    const { faults } = read(Uint8Array.from([...START, ...message, ...DIGEST]));
    expect(faults).toEqual(["0 unknown-shape"]);
  });

  test("only looks like one with another fourth byte", () => {
    const record = aggregate(JSON_TRADE);
    record[3] = 0xc3;
    expect(read(record).faults).toEqual(["-1 unknown-shape"]);
  });
});
