import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { decimalText } from "#core/decimal.ts";
import { TradeColumns } from "#core/trade-columns.ts";
import { epochMs } from "#core/units.ts";
import { utf8Bytes } from "#core/utf8.ts";
import { tradeArbitrary } from "#test/arbitraries/trade.ts";
import { readJsonTrades } from "./json-trades.ts";
import { scanTrade } from "./scan-trade.ts";

const limits = { latestEventTimeMs: epochMs(1_381_133_000_000) };
const INDEX = 7;

const rowsOf = (columns: TradeColumns): readonly string[] =>
  columns.runs.flatMap(({ symbol, priceScale, sizeScale, from, to }) =>
    Array.from({ length: to - from }, (_, i) =>
      [symbol, columns.price[from + i], priceScale, columns.size[from + i], sizeScale]
        .concat(columns.eventTimeMs[from + i], columns.sequence[from + i])
        .join(" "),
    ),
  );

/** The one trade that the scanner takes, undefined when it leaves the bytes to the exact reader. */
const scan = (data: Uint8Array, { latestEventTimeMs } = limits): string | undefined => {
  const columns = new TradeColumns(0);
  const isTaken = scanTrade(data, 0, data.length, INDEX, columns, 0, { latestEventTimeMs });
  expect(columns.count).toBe(isTaken ? 1 : 0);
  return isTaken ? rowsOf(columns)[0] : undefined;
};

/** The same by the exact reader: a member that the scanner does not know is put in front. */
const readExactly = (data: Uint8Array): readonly string[] => {
  const columns = new TradeColumns(0);
  const open = data.indexOf(0x7b);
  const record = Uint8Array.from([...utf8Bytes('{"_":[],'), ...data.subarray(open + 1)]);
  expect(scan(record)).toBeUndefined();
  readJsonTrades(record, columns, limits, INDEX);
  return rowsOf(columns);
};

const expectSame = (data: Uint8Array): void => {
  const trade = scan(data);
  if (trade !== undefined) expect(readExactly(data)).toEqual([trade]);
};

const digits = fc.oneof(
  fc.nat({ max: 99_999 }).map(String),
  fc.constantFrom(
    "0",
    "00",
    "01",
    "1".repeat(15),
    "9".repeat(16),
    "9007199254740993",
    "1381132800464",
    "1381133000001",
  ),
  fc.stringMatching(/^[0-9]{1,18}$/),
);

const number = fc.oneof(
  { weight: 4, arbitrary: digits },
  {
    weight: 4,
    arbitrary: fc
      .tuple(digits, fc.oneof(fc.stringMatching(/^[0-9]{0,10}$/), fc.constantFrom("00", "50", "00000001", "250000000")))
      .map(([whole, fraction]) => `${whole}.${fraction}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(digits, fc.constantFrom("e2", "E-2", "e+0", "e", ".", "..1", "-", "n"))
      .map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("-", "+", "."), digits).map((parts) => parts.join("")) },
);

const value = fc.oneof(
  { weight: 3, arbitrary: number },
  { weight: 1, arbitrary: number.map((text) => `"${text}"`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "true",
      "false",
      "null",
      "tru",
      "nulls",
      "[]",
      '{"a":1}',
      '"é"',
      '"\\u0049BM"',
      '"\t"',
      "",
    ),
  },
  { weight: 1, arbitrary: fc.json() },
);

const symbolText = fc.constantFrom('"IBM"', '"BRK B"', '" IBM"', '""', '"I\\"M"', `"${"A".repeat(33)}"`, "5", '"é"');

const names = fc.constantFrom(
  "symbol",
  "price",
  "size",
  "eventTimeMs",
  "sequence",
  "time",
  "last_trade_time",
  "StockSymbol",
  "venue",
  "Price",
  "sizf",
  "symbo1",
  "eventTimeMS",
  "sequencE",
  "__proto__",
  "",
  "pr\\u0069ce",
);

const blank = fc.constantFrom("", "", "", "", " ", "\t", "\r\n", "\u000b", "\u00a0");

/** Objects that are mostly trades, and texts that are nearly objects. */
const objectArbitrary = fc
  .record({
    symbol: fc.oneof({ weight: 6, arbitrary: fc.constant('"IBM"') }, { weight: 1, arbitrary: symbolText }),
    price: fc.oneof({ weight: 3, arbitrary: number }, { weight: 1, arbitrary: value }),
    size: fc.oneof({ weight: 3, arbitrary: number }, { weight: 1, arbitrary: value }),
    time: fc.oneof({ weight: 3, arbitrary: fc.constant("1381132800464") }, { weight: 1, arbitrary: value }),
    others: fc.array(fc.tuple(names, value), { maxLength: 3 }),
    order: fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
    blanks: fc.array(blank, { minLength: 8, maxLength: 8 }),
    end: fc.oneof(
      { weight: 8, arbitrary: fc.constant("}") },
      { weight: 1, arbitrary: fc.constantFrom("", "]", "} x", ",}", "}}") },
    ),
  })
  .map(({ symbol, price, size, time, others, order, blanks, end }) => {
    const members = [["symbol", symbol], ["price", price], ["size", size], ["eventTimeMs", time], ...others]
      .map(([name, json], i) => ({ text: `"${name}"${blanks[i]}:${blanks[(i + 1) % 8]}${json}`, place: order[i]! }))
      .toSorted((a, b) => a.place - b.place)
      .map(({ text }) => text);
    return `${blanks[6]}{${members.join(`${blanks[7]},`)}${blanks[5]}${end}${blanks[4]}`;
  });

const editsArbitrary = fc.array(
  fc.tuple(
    fc.nat(),
    fc.nat({ max: 2 }),
    fc.oneof(fc.uint8Array({ maxLength: 2 }), fc.stringMatching(/^[0-9".,:{}e\\-]$/).map(utf8Bytes)),
  ),
  { maxLength: 2 },
);

const edited = (data: Uint8Array, edits: readonly (readonly [number, number, Uint8Array])[]): Uint8Array =>
  edits.reduce((bytes, [position, cut, insert]) => {
    const at = position % (bytes.length + 1);
    return Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + cut)]);
  }, data);

const IBM = '{"symbol":"IBM","price":181.25,"size":100,"eventTimeMs":1381132800464}';

describe("scanTrade", () => {
  test("takes nothing but what the exact reader reads the same", () => {
    fc.assert(
      fc.property(objectArbitrary, (text) => expectSame(utf8Bytes(text))),
      { numRuns: 5_000 },
    );
  });

  test("takes nothing but what the exact reader reads the same, bytes flipped, cut out or put in", () => {
    const record = fc.constantFrom(
      IBM,
      IBM.replace("{", '{"a":"b","sequence":3,'),
      IBM.replaceAll(",", ", ").replace("25", "2500"),
    );
    fc.assert(
      fc.property(record, editsArbitrary, (text, edits) => expectSame(edited(utf8Bytes(text), edits))),
      { numRuns: 5_000 },
    );
  });

  test("takes any trade whose numbers have at most 15 digits", () => {
    const far = { latestEventTimeMs: epochMs(Number.MAX_SAFE_INTEGER) };
    const isShort = (text: string): boolean => /^\d+(\.\d+)?$/.test(text) && text.replace(".", "").length <= 15;
    fc.assert(
      fc.property(
        tradeArbitrary,
        fc.constantFrom("", " ", "\n"),
        ({ symbol, price, size, eventTimeMs, sequence }, gap) => {
          const numbers = [decimalText(price), decimalText(size), String(eventTimeMs), String(sequence)];
          fc.pre(numbers.every(isShort) && !/["\\]/.test(symbol));
          const fields = ["price", "size", "eventTimeMs", "sequence"].map((name, i) => `"${name}":${numbers[i]}`);
          const text = `{${[`"symbol":"${symbol}"`, ...fields].join(`,${gap}`)}}`;
          const expected = [symbol, price.units, price.scale, size.units, size.scale, eventTimeMs, sequence].join(" ");
          expect(scan(utf8Bytes(text), far)).toBe(expected);
        },
      ),
    );
  });

  test.each([
    ["as it is", IBM, "IBM 18125 2 100 0 1381132800464 7"],
    [
      "with members of no use",
      IBM.replace("{", '{"a":"","b":0,"d":1.5,"e":true,"f":false,"g":null,'),
      "IBM 18125 2 100 0 1381132800464 7",
    ],
    [
      "with zeros at the end of its numbers",
      IBM.replace("181.25", "181.50000").replace("100", "100.0"),
      "IBM 1815 1 100 0 1381132800464 7",
    ],
    ["with a sequence", IBM.replace("{", '{"sequence":0,'), "IBM 18125 2 100 0 1381132800464 0"],
    ["with blanks", ` \t{ "symbol" : "IBM" , ${IBM.slice(16)}\r\n`, "IBM 18125 2 100 0 1381132800464 7"],
    [
      "with members twice, of which the last count",
      IBM.replace("{", '{"symbol":"SPY","price":1.5,"price":1,'),
      "IBM 18125 2 100 0 1381132800464 7",
    ],
    ["with a time under an older name too", IBM.replace("{", '{"time":"noon",'), "IBM 18125 2 100 0 1381132800464 7"],
  ])("takes a trade %s", (_, text, expected) => {
    expect(scan(utf8Bytes(text))).toBe(expected);
  });

  test.each([
    ["an escape in a name", IBM.replace("{", '{"\\u0070rice":1,')],
    ["an escape in a text", IBM.replace("{", '{"venue":"\\n",')],
    ["text beyond ASCII", IBM.replace("{", '{"venue":"é",')],
    ["a control character in a text", IBM.replace("{", '{"venue":"\t",')],
    ["an exponent", IBM.replace("181.25", "1e2")],
    ["a sign", IBM.replace("181.25", "-1")],
    ["a number in text", IBM.replace("181.25", '"181.25"')],
    ["a zero too many", IBM.replace("181.25", "0181.25")],
    ["a point without decimals", IBM.replace("181.25", "181.")],
    ["two points", IBM.replace("181.25", "181.2.5")],
    ["16 digits", IBM.replace("181.25", "18125.00000000000")],
    ["nine decimals", IBM.replace("181.25", "0.000000001")],
    ["a price of 0", IBM.replace("181.25", "0.00")],
    ["a size of 0", IBM.replace("100", "0")],
    ["a fraction of a millisecond", IBM.replace("464", "464.5")],
    ["a fraction of a sequence", IBM.replace("{", '{"sequence":0.5,')],
    ["a symbol that is a number", IBM.replace('"IBM"', "5")],
    ["a symbol that is none", IBM.replace("IBM", " IBM")],
    ["a member of several parts", IBM.replace("{", '{"venue":[],')],
    ["a word that is none", IBM.replace("{", '{"venue":nul,')],
    ["a missing member", IBM.replace("size", "Size")],
    ["a comma at the end", IBM.replace("}", ",}")],
    ["something behind it", `${IBM}\n${IBM}`],
    ["no members", "{}"],
    ["nothing", ""],
    ["a time to come", IBM.replace("1381132800464", "1381133000001")],
  ])("leaves %s to the exact reader", (_, text) => {
    expect(scan(utf8Bytes(text))).toBeUndefined();
  });
});
