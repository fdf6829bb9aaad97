import { describe, expect, test } from "vitest";
import type { SourceRow } from "#core/ports/trade-source.ts";
import { createCsvReader } from "./csv-trades.ts";

const read = (header: string, row: string, line = 2): SourceRow => {
  const reader = createCsvReader(header, "file");
  if (typeof reader !== "function") throw new Error(reader);
  return reader(row, line);
};

const HEADER = "time,symbol,price,size,exchange,conditions";

describe("a row of a CSV", () => {
  test("is a trade with its row number as its sequence", () => {
    expect(read(HEADER, "1381132800464,SPY,167.410,100,P,20002000", 7)).toEqual({
      kind: "trade",
      trade: {
        symbol: "SPY",
        price: { units: 16_741, scale: 2 },
        size: { units: 100, scale: 0 },
        eventTimeMs: 1_381_132_800_464,
        sequence: 6,
        venue: "P",
        conditions: "20002000",
        currency: undefined,
        source: "file",
      },
    });
  });

  test("may have its columns in any order, others among them, and a sequence of its own", () => {
    expect(read("size,note,sequence,symbol,price,currency,eventTimeMs", "1,x,77,IBM,2,USD,5")).toMatchObject({
      trade: { symbol: "IBM", sequence: 77, currency: "USD", eventTimeMs: 5, venue: undefined },
    });
  });

  test.each([
    ["2013-10-07T13:30:00.464Z,SPY,1,1,P,0", 1_381_152_600_464],
    ["2013-10-07T15:30:00.464+02:00,SPY,1,1,P,0", 1_381_152_600_464],
    ['"1381152600464",SPY,1,1,P,0', 1_381_152_600_464],
  ])("has its time in milliseconds or in ISO 8601: %s", (row, eventTimeMs) => {
    expect(read(HEADER, row)).toMatchObject({ trade: { eventTimeMs } });
  });

  test.each([
    ['1,"X,Y",1,1,"",""', { symbol: "X,Y", venue: undefined, conditions: undefined }],
    ['1,"A""B",1,1,P,"0,1"', { symbol: 'A"B', conditions: "0,1" }],
    ['1,A"B",1,1,P,0', { symbol: 'A"B"' }],
  ])("may quote its fields: %s", (row, trade) => {
    expect(read(HEADER, row)).toMatchObject({ trade });
  });

  const TIME = "the time must be milliseconds since 1970 or ISO 8601 with a zone, like 2013-10-07T13:30:00.464Z";
  const SYMBOL = "the symbol must be 1 to 32 printable ASCII characters, with no space at either end";
  const FIELDS = "a line must have 6 fields, as the header has";
  const QUOTES = "a quoted field must end on its line, before a comma";

  test.each([
    ["1,SPY,abc,1,P,0", "not-a-decimal", "the price must be a decimal number like 182.31", "abc"],
    ["1,SPY,0,1,P,0", "not-positive", "the price must be greater than 0", "0"],
    ["1,SPY,1,-5,P,0", "not-positive", "the size must be greater than 0", "-5"],
    ["1,SPY,1.123456789,1,P,0", "too-many-decimals", "the price must have at most 8 decimals", "1.123456789"],
    ["1,SPY,99999999999999999,1,P,0", "too-large", "the price must have at most 15 digits", "99999999999999999"],
    ["1,SPY,1", "unknown-shape", FIELDS, "1,SPY,1"],
    ["1,SPY,1,1,P,0,more", "unknown-shape", FIELDS, "1,SPY,1,1,P,0,more"],
    ["1.5,SPY,1,1,P,0", "unknown-shape", TIME, "1.5"],
    ["-1,SPY,1,1,P,0", "unknown-shape", TIME, "-1"],
    [",SPY,1,1,P,0", "unknown-shape", TIME, ""],
    ["09:30,SPY,1,1,P,0", "unknown-shape", TIME, "09:30"],
    ["2013-10-07T13:30:00,SPY,1,1,P,0", "unknown-shape", TIME, "2013-10-07T13:30:00"],
    ["4503599627370496,SPY,1,1,P,0", "unknown-shape", TIME, "4503599627370496"],
    ["1,,1,1,P,0", "unknown-shape", SYMBOL, ""],
    ["1, SPY,1,1,P,0", "unknown-shape", SYMBOL, " SPY"],
    ['1,"SPY,1,1,P,0', "unknown-shape", QUOTES, '1,"SPY,1,1,P,0'],
    ['1,"SPY"X,1,1,P,0', "unknown-shape", QUOTES, '1,"SPY"X,1,1,P,0'],
    [
      `1,SPY,1,1,${"P".repeat(1_000)},0`,
      "unknown-shape",
      "a line must have at most 1000 characters",
      `1,SPY,1,1,${"P".repeat(50)}…`,
    ],
  ])("rejects %j as %s, and says that %s", (row, reason, must, was) => {
    expect(read(HEADER, row, 9)).toEqual({
      kind: "rejected",
      line: 9,
      reason,
      problem: { must, was: JSON.stringify(was) },
    });
  });

  test("rejects a sequence that is no whole number", () => {
    expect(read("time,symbol,price,size,sequence", "1,SPY,1,1,x")).toMatchObject({
      problem: { must: "the sequence must be a whole number below 2^53", was: '"x"' },
    });
  });
});

const COLUMNS = "must have the columns time, symbol, price and size";

test.each([
  ["Time, Symbol,volume", "; lacks price and size; has Time, Symbol, volume"],
  ["timestamp,ticker,price,size", "; lacks time and symbol; has timestamp, ticker, price, size"],
  ["a,b", "; lacks time, symbol, price and size; has a, b"],
  ["Time;Symbol;Price;Size", ', with commas between; has "Time;Symbol;Price;Size"'],
  ["time\tsymbol", ', with commas between; has "time\\tsymbol"'],
  ['"time,symbol', ', with commas between; has "\\"time,symbol"'],
  ['{"time":1}', ', with commas between; has "{\\"time\\":1}"'],
  ["price,<size>", '; lacks time, symbol and size; has "price,<size>"'],
  ["x".repeat(100), `, with commas between; has "${"x".repeat(60)}…"`],
])("rejects a header without its columns, and says what it has: %j", (header, fault) => {
  expect(createCsvReader(header, "file")).toBe(`${COLUMNS}${fault}`);
});
