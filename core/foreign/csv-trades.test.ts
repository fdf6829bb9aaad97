import { describe, expect, test } from "vitest";
import { readRecord } from "#core/record.ts";
import { TradeColumns } from "#core/trade-columns.ts";
import { epochMs } from "#core/units.ts";
import { utf8Bytes } from "#core/utf8.ts";
import { tradeTexts } from "#test/trade-texts.ts";

const limits = { latestEventTimeMs: epochMs(1_381_133_000_000) };

/** What a record says, trade by trade in plain text, and what is set aside of it. */
const read = (record: string): object => {
  const columns = new TradeColumns(0);
  const { faults } = readRecord(utf8Bytes(record), columns, limits);
  return tradeTexts(columns, faults);
};

const LINE = "IBM,BUY,181.250,100,1381132800464,2013-10-07 08:00:00";

describe("CSV lines", () => {
  test.each([
    ["one", LINE],
    ["one that ends", `${LINE}\r\n`],
    ["one behind blank lines", `\n \t\n${LINE}`],
    ["an empty kind and an empty readable time", "IBM,,181.25,100,1381132800464,"],
    ["a readable time with commas", "IBM,SELL,181.25,100,1381132800464,Mon, Oct 7, 2013, 8 h"],
    ["a readable time beyond ASCII", "IBM,SELL,181.25,100,1381132800464,7 août"],
    ["decimals of a size", "IBM,SELL,0181.25,100.00,1381132800464,"],
  ])("are read: %s", (_, record) => {
    expect(read(record)).toEqual({ trades: ["IBM 181.25 × 100 at 1381132800464 #0"], faults: [] });
  });

  test("number their trades by their index, blank ones not counted, and report each fault alone", () => {
    const lines = ["symbol,kind,price,size,epochMs,time", LINE, "", "IBM,BUY", LINE.replace("IBM", "SPY")];
    expect(read(lines.join("\n"))).toEqual({
      trades: ["IBM 181.25 × 100 at 1381132800464 #1", "SPY 181.25 × 100 at 1381132800464 #3"],
      faults: ["0 unknown-shape", "2 unknown-shape"],
    });
  });

  test.each([
    ["too few fields", "IBM,BUY,181.25,100,1381132800464", "unknown-shape"],
    ["nothing but a comma behind its symbol", "IBM,", "unknown-shape"],
    ["a padded symbol", LINE.replace("IBM", "IBM "), "unknown-shape"],
    ["a quoted symbol", LINE.replace("IBM", '"IBM"'), "unknown-shape"],
    ["a time in words", LINE.replace("1381132800464", "2013-10-07T08:00:00Z"), "unknown-shape"],
    ["no time", LINE.replace("1381132800464", ""), "unknown-shape"],
    ["a time long ago", LINE.replace("1381132800464", "-4503599627370496"), "unknown-shape"],
    ["a time to come", LINE.replace("1381132800464", "1381133000001"), "future"],
    ["a price with an exponent", LINE.replace("181.250", "1e2"), "not-a-decimal"],
    ["a padded price", LINE.replace("181.250", " 181.25"), "not-a-decimal"],
    ["a negative price", LINE.replace("181.250", "-1"), "not-positive"],
    ["a price too fine", LINE.replace("181.250", "0.000000001"), "too-many-decimals"],
    ["no size", LINE.replace("100", ""), "not-a-decimal"],
    ["a size of 0", LINE.replace("100", "0"), "not-positive"],
    ["a size too large", LINE.replace("100", "9007199254740992"), "too-large"],
  ])("reject %s", (_, line, reason) => {
    expect(read(`${line}\n${LINE}`)).toEqual({
      trades: ["IBM 181.25 × 100 at 1381132800464 #1"],
      faults: [`0 ${reason}`],
    });
  });

  test("reject a price that is no UTF-8", () => {
    const data = utf8Bytes(LINE);
    data[LINE.indexOf("181")] = 0xff;
    expect(readRecord(data, new TradeColumns(), limits).faults).toEqual([{ index: 0, reason: "unknown-shape" }]);
  });
});
