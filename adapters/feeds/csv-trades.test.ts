import { describe, expect, test } from "vitest";
import type { SourceRow } from "#core/ports/trade-source.ts";
import { createCsvReader } from "./csv-trades.ts";

const read = (header: string, row: string, line = 2): SourceRow => {
  const reader = createCsvReader(header, "file");
  if (typeof reader !== "function") throw new Error(`the header lacks ${reader.join(", ")}`);
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
    ["1,SPY,abc,1,P,0", "not-a-decimal"],
    ["1,SPY,0,1,P,0", "not-positive"],
    ["1,SPY,1,-5,P,0", "not-positive"],
    ["1,SPY,1.123456789,1,P,0", "too-many-decimals"],
    ["1,SPY,99999999999999999999,1,P,0", "too-large"],
    ["1,SPY,1", "unknown-shape"],
    ["1,SPY,1,1,P,0,more", "unknown-shape"],
    ["1.5,SPY,1,1,P,0", "unknown-shape"],
    ["-1,SPY,1,1,P,0", "unknown-shape"],
    [",SPY,1,1,P,0", "unknown-shape"],
    ["4503599627370496,SPY,1,1,P,0", "unknown-shape"],
    [`1,SPY,1,1,${"P".repeat(1_000)},0`, "unknown-shape"],
    ["1,,1,1,P,0", "unknown-shape"],
    ["1, SPY,1,1,P,0", "unknown-shape"],
  ])("rejects %j as %s, with its line", (row, reason) => {
    expect(read(HEADER, row, 9)).toEqual({ kind: "rejected", line: 9, reason });
  });
});

test("a header says which columns it lacks", () => {
  expect(createCsvReader("time,symbol,volume", "file")).toEqual(["price", "size"]);
});
