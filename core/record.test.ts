import { describe, expect, test } from "vitest";
import { aggregateOf } from "#test/arbitraries/aggregate.ts";
import { CSV, IBM, read } from "#test/record-fixture.ts";
import { encodeFrame } from "./frame/encode.ts";
import { MAX_FAULTS } from "./trade.ts";
import { epochMs } from "./units.ts";
import { utf8Bytes } from "./utf8.ts";

describe("readRecord", () => {
  test("tells a frame by its first byte", () => {
    const price = { units: 18_125, scale: 2 };
    const size = { units: 100, scale: 0 };
    const trades = [
      { symbol: "IBM", price, size, eventTimeMs: epochMs(1_381_132_800_464), sequence: 1 },
      { symbol: "IBM", price, size, eventTimeMs: epochMs(1_381_133_000_001), sequence: 2 },
    ];
    const data = encodeFrame({ producer: "00ff", number: 3, ingestTimeMs: epochMs(0), trades });
    expect(read(data).reading).toEqual({
      producer: "00ff",
      number: 3,
      tradeCount: 1,
      faults: [{ index: 1, reason: "future" }],
      faultCount: 1,
    });
  });

  test.each([
    ["one JSON trade", IBM, 1],
    ["JSON lines", `${IBM}\r\n${IBM}\n`, 2],
    ["a JSON array", `[${IBM},${IBM},${IBM}]`, 3],
    ["JSON behind white space", ` \t\r\n${IBM}`, 1],
    ["CSV lines", `${CSV}\r\n${CSV}\n`, 2],
  ])("tells %s", (_, record, tradeCount) => {
    expect(read(utf8Bytes(record)).reading).toEqual({
      producer: undefined,
      number: 0,
      tradeCount,
      faults: [],
      faultCount: 0,
    });
  });

  test.each([
    ["nothing", ""],
    ["white space", " \r\n"],
    ["plain text", "IBM 181.25 100"],
    ["text behind a comma", ",IBM"],
    ["text beyond ASCII", "Börse,BUY,1,1,1,"],
    ["a JSON text", '"IBM"'],
    ["another binary format", "\n\u0003IBM"],
  ])("sets %s aside as a whole", (_, record) => {
    expect(read(utf8Bytes(record)).reading).toEqual({
      producer: undefined,
      number: 0,
      tradeCount: 0,
      faults: [{ index: -1, reason: "unknown-shape" }],
      faultCount: 1,
    });
  });

  test.each([
    ["malformed-frame", [8, 1, 0x4a, 9]],
    ["unsupported-version", [8, 2]],
  ])("sets a frame aside as a whole: %s", (reason, bytes) => {
    expect(read(Uint8Array.from(bytes)).reading).toMatchObject({
      tradeCount: 0,
      faults: [{ index: -1, reason }],
      faultCount: 1,
    });
  });
});

describe("a record of faults", () => {
  test("of 1,000 trades by a wrong clock names the first 100 and counts all", () => {
    const trades = Array.from({ length: 1_000 }, (_, sequence) => ({
      symbol: "IBM",
      price: { units: 18_125, scale: 2 },
      size: { units: 100, scale: 0 },
      eventTimeMs: epochMs(1_381_133_000_001 + sequence),
      sequence,
    }));
    const data = encodeFrame({ producer: "00ff", number: 3, ingestTimeMs: epochMs(0), trades });
    expect(read(data).reading).toEqual({
      producer: "00ff",
      number: 3,
      tradeCount: 0,
      faults: Array.from({ length: MAX_FAULTS }, (_, index) => ({ index, reason: "future" })),
      faultCount: 1_000,
    });
  });

  test.each([
    ["lines cut short", "{\n".repeat(500_000), 500_000, "malformed-json"],
    ["empty objects", "{}\n".repeat(300_000), 300_000, "unknown-shape"],
    ["elements that are no JSON", `[${"x,".repeat(500_000)}x]`, 500_001, "malformed-json"],
    ["elements that are no trades", `[${"1,".repeat(500_000)}1]`, 500_001, "unknown-shape"],
    ["an array that does not end", `[${"{},".repeat(300_000)}`, 1, "malformed-json"],
    ["CSV lines of commas", ",,,,,\n".repeat(200_000).replace(",", "A,"), 200_000, "unknown-shape"],
    ["CSV lines cut short", "A,\n".repeat(400_000), 400_000, "unknown-shape"],
    ["user records of nothing", aggregateOf(Array<Uint8Array>(170_000).fill(utf8Bytes(""))), 170_000, "unknown-shape"],
    ["user records cut short", aggregateOf(Array<Uint8Array>(150_000).fill(utf8Bytes("{"))), 150_000, "malformed-json"],
    [
      "user records of frames",
      aggregateOf(Array<Uint8Array>(150_000).fill(utf8Bytes("\b"))),
      150_000,
      "malformed-frame",
    ],
    [
      "an aggregate cut short",
      aggregateOf(Array<Uint8Array>(150_000).fill(utf8Bytes("{"))).slice(0, -1),
      1,
      "malformed-aggregate",
    ],
  ])("of 1 MB is answered with 100 at most: %s", (_, record, faultCount, reason) => {
    const { reading } = read(typeof record === "string" ? utf8Bytes(record) : record);
    expect(reading).toMatchObject({ tradeCount: 0, faultCount });
    expect(reading.faults).toHaveLength(Math.min(faultCount, MAX_FAULTS));
    expect(new Set(reading.faults.map((fault) => fault.reason))).toEqual(new Set([reason]));
  });

  test("keeps every trade among them, numbered by their places", () => {
    const shortest = '{"symbol":"A","price":1,"size":1,"time":1}';
    const garbage = '{"symbol":"A"}\n[]\n{\n'.repeat(1_000);
    const { reading, columns } = read(utf8Bytes(`${shortest}\n${garbage}${shortest}\n${garbage}${IBM}`));
    expect(reading).toMatchObject({ tradeCount: 3, faultCount: 6_000 });
    expect(reading.faults.slice(98)).toEqual([
      { index: 99, reason: "malformed-json" },
      { index: 100, reason: "unknown-shape" },
    ]);
    expect([...columns.sequence.subarray(0, 3)]).toEqual([0, 3_001, 6_002]);
  });

  test.each([
    ["a price", `{"symbol":"A","price":0.${"0".repeat(400_000)}1,"size":1,"time":1}`, "too-many-decimals"],
    ["a price in text", `{"symbol":"A","price":"0.${"0".repeat(400_000)}1","size":1,"time":1}`, "too-many-decimals"],
    ["a size", `{"symbol":"A","price":1,"size":1${"0".repeat(400_000)}1,"time":1}`, "too-large"],
    ["a time", `{"symbol":"A","price":1,"size":1,"time":"${"0".repeat(400_000)}x"}`, "unknown-shape"],
    [
      "an instant",
      `{"symbol":"A","price":1,"size":1,"time":"1970-01-01T00:00:00.${"0".repeat(400_000)}"}`,
      "unknown-shape",
    ],
    ["a symbol", `{"symbol":"${"A ".repeat(200_000)}","price":1,"size":1,"time":1}`, "unknown-shape"],
    ["an exponent", `{"symbol":"A","price":1e${"0".repeat(400_000)}1x,"size":1,"time":1}`, "malformed-json"],
    ["a last time", `{"symbol":"A","price":1,"last_trade_time":"${"0".repeat(400_000)}x"}`, "unknown-shape"],
    ["a CSV symbol", `${"A ".repeat(200_000)},BUY,1,1,1,`, "unknown-shape"],
    ["a CSV kind", `A,${"B".repeat(400_000)},x,1,1,`, "not-a-decimal"],
    ["a CSV price", `A,BUY,0.${"0".repeat(400_000)}1,1,1,`, "too-many-decimals"],
    ["a CSV time", `A,BUY,1,1,${"0".repeat(400_000)}x,`, "unknown-shape"],
  ])("of 400 KB is answered at once: %s", (_, record, reason) => {
    expect(read(utf8Bytes(record)).reading).toMatchObject({ faults: [{ index: 0, reason }], faultCount: 1 });
  });
});
