import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decimalText } from "#core/decimal.ts";
import { TradeColumns } from "#core/trade-columns.ts";
import { epochMs } from "#core/units.ts";
import { utf8Bytes } from "#core/utf8.ts";
import { tradeTexts } from "#test/trade-texts.ts";
import { tradesArbitrary } from "#test/arbitraries/trade.ts";
import { readJsonTrades } from "./json-trades.ts";

const limits = { latestEventTimeMs: epochMs(1_381_133_000_000) };
const FAR = { latestEventTimeMs: epochMs(Number.MAX_SAFE_INTEGER) };

/** What a record says, trade by trade in plain text, and what is set aside of it. */
const read = (record: string, { latestEventTimeMs } = limits): object => {
  const columns = new TradeColumns(0);
  const { tradeCount, faults, faultCount } = readJsonTrades(utf8Bytes(record), columns, { latestEventTimeMs });
  expect([tradeCount, faultCount]).toEqual([columns.count, faults.length]);
  return tradeTexts(columns, faults);
};

const trades = (...lines: readonly string[]): object => ({ trades: lines, faults: [] });

const IBM = '{"symbol":"IBM","price":181.25,"size":100,"eventTimeMs":1381132800464,"sequence":1}';
const IBM_READ = "IBM 181.25 × 100 at 1381132800464 #1";

/** A trade with one member changed, or left out where the text is empty. */
const withMember = (name: string, json: string): string => {
  const members = {
    symbol: '"IBM"',
    price: "181.25",
    size: "100",
    eventTimeMs: "1381132800464",
    sequence: "1",
    [name]: json,
  };
  const texts = Object.entries(members).flatMap(([key, value]) => (value === "" ? [] : [`"${key}":${value}`]));
  return `{${texts.join(",")}}`;
};

describe("readJsonTrades", () => {
  test("gives back any trades, numbers exact, as lines and as an array", () => {
    fc.assert(
      fc.property(tradesArbitrary, fc.boolean(), fc.boolean(), (all, isText, isArray) => {
        const quoted = (value: string): string => (isText ? `"${value}"` : value);
        const lines = all.map(
          ({ symbol, price, size, eventTimeMs, sequence, venue }) =>
            `{"symbol":${JSON.stringify(symbol)},"venue":${JSON.stringify(venue ?? "")},"price":${quoted(decimalText(price))},` +
            `"size":${quoted(decimalText(size))},"eventTimeMs":${quoted(String(eventTimeMs))},"sequence":${quoted(String(sequence))}}`,
        );
        const record = isArray ? `[${lines.join(",\n")}]` : lines.join("\n");
        fc.pre(isArray || all.length > 0);
        expect(read(record, FAR)).toEqual(
          trades(
            ...all.map(
              ({ symbol, price, size, eventTimeMs, sequence }) =>
                `${symbol} ${decimalText(price)} × ${decimalText(size)} at ${eventTimeMs} #${sequence}`,
            ),
          ),
        );
      }),
    );
  });

  test("shares a run between successive trades of one symbol and its scales", () => {
    const columns = new TradeColumns(1);
    const record = [IBM, IBM, withMember("price", "181"), IBM, withMember("symbol", '"SPY"')].join("\n");
    readJsonTrades(utf8Bytes(IBM), columns, limits);
    readJsonTrades(utf8Bytes(record), columns, limits);
    expect(columns.runs.map(({ symbol, priceScale, from, to }) => [symbol, priceScale, from, to])).toEqual([
      ["IBM", 2, 0, 1],
      ["IBM", 2, 1, 3],
      ["IBM", 0, 3, 4],
      ["IBM", 2, 4, 5],
      ["SPY", 2, 5, 6],
    ]);
  });

  test.each([
    ["lines, blank ones among them", `\n${IBM}\r\n \t\r\n\n${IBM}`, [IBM_READ, IBM_READ]],
    ["one object over several lines", IBM.replaceAll(",", ",\r\n  "), [IBM_READ]],
    ["an array over several lines", `\n[\n ${IBM},\r\n${IBM}\n ]\n`, [IBM_READ, IBM_READ]],
    ["an empty array", "[ ]", []],
    ["members of other kinds", withMember("venue", '{"a":["]",1]}'), [IBM_READ]],
    ["text beyond ASCII", withMember("source", '"Börse 📈"'), [IBM_READ]],
    ["escapes", withMember("symbol", '"\\u0049BM"'), [IBM_READ]],
    ["the last of a member given twice", IBM.replace("{", '{"price":1,'), [IBM_READ]],
  ])("reads %s", (_, record, expected) => {
    expect(read(record)).toEqual(trades(...expected));
  });

  test("numbers trades without a sequence by their index, blank lines not counted", () => {
    const unnumbered = withMember("sequence", "");
    expect(read(`${unnumbered}\n\nnothing\n${unnumbered}`)).toMatchObject({
      trades: ["IBM 181.25 × 100 at 1381132800464 #0", "IBM 181.25 × 100 at 1381132800464 #2"],
      faults: ["1 malformed-json"],
    });
  });
});

describe("a price", () => {
  test.each([
    ["181.250", "181.25"],
    ['"0181.250"', "181.25"],
    ["90071992.54740991", "90071992.54740991"],
    ["9007199254740991", "9007199254740991"],
    ["1.50e2", "150"],
    ["15E-1", "1.5"],
    ["0.00000001", "0.00000001"],
    ["1e-8", "0.00000001"],
    ["0.1e+1", "1"],
    ["100000000000000000000e-20", "1"],
  ])("written %s is %s", (json, price) => {
    expect(read(withMember("price", json))).toEqual(trades(`IBM ${price} × 100 at 1381132800464 #1`));
  });

  test.each([
    ["1.000000001", "too-many-decimals"],
    ["1e-9", "too-many-decimals"],
    ["1e-999999999999", "too-many-decimals"],
    ["9007199254740992", "too-large"],
    ["90071992547409.93", "too-large"],
    ["1e400", "too-large"],
    ["1e999999999999", "too-large"],
    ["0", "not-positive"],
    ["-0.0e5", "not-positive"],
    ["-1.5", "not-positive"],
    ['"-1"', "not-positive"],
    ['"1e2"', "not-a-decimal"],
    ['"+1"', "not-a-decimal"],
    ['""', "not-a-decimal"],
    ['"NaN"', "not-a-decimal"],
    ["null", "unknown-shape"],
    ["true", "unknown-shape"],
    ["[1]", "unknown-shape"],
    ["", "unknown-shape"],
    ["NaN", "malformed-json"],
    ["01", "malformed-json"],
  ])("written %s is rejected: %s", (json, reason) => {
    expect(read(withMember("price", json))).toEqual({ trades: [], faults: [`0 ${reason}`] });
  });
});

describe("the other members", () => {
  test.each([
    ["eventTimeMs", "1381132800464.0"],
    ["eventTimeMs", "1.381132800464e12"],
    ["eventTimeMs", '"1381132800464"'],
    ["sequence", "1.0"],
    ["sequence", '"1"'],
    ["size", '"100.00"'],
  ])("take %s written %s", (name, json) => {
    expect(read(withMember(name, json))).toEqual(trades(IBM_READ));
  });

  test.each([
    ["time", "1381132800464"],
    ["time", '"2013-10-07T08:00:00.464Z"'],
    ["time", '"2013-10-07T10:00:00.4649+02:00"'],
    ["timestamp", '"1381132800464"'],
    ["timestamp", '"2013-10-07T03:30:00.464-04:30"'],
  ])("take %s written %s where eventTimeMs is absent", (name, json) => {
    expect(read(withMember(name, json).replace('"eventTimeMs":1381132800464,', ""))).toEqual(trades(IBM_READ));
  });

  test("prefer eventTimeMs to time, and time to timestamp", () => {
    const both = withMember("time", '"1970-01-01T00:00:00Z"');
    expect(read(both)).toEqual(trades(IBM_READ));
    const late = `{"timestamp":1,"time":2,"symbol":"IBM","price":1,"size":1,"sequence":0}`;
    expect(read(late)).toEqual(trades("IBM 1 × 1 at 2 #0"));
  });

  test.each([
    ["symbol", "", "unknown-shape"],
    ["symbol", "5", "unknown-shape"],
    ["symbol", '" IBM"', "unknown-shape"],
    ["size", "", "unknown-shape"],
    ["size", "0", "not-positive"],
    ["eventTimeMs", "", "unknown-shape"],
    ["eventTimeMs", "1.5", "unknown-shape"],
    ["eventTimeMs", '"2013-10-07T08:00:00Z"', "unknown-shape"],
    ["eventTimeMs", "-4503599627370496", "unknown-shape"],
    ["eventTimeMs", "1381133000001", "future"],
    ["eventTimeMs", "1381132800464000000", "future"],
    ["sequence", "-1", "unknown-shape"],
    ["sequence", "0.5", "unknown-shape"],
    ["sequence", "9007199254740992", "unknown-shape"],
    ["sequence", "null", "unknown-shape"],
  ])("reject %s written %s: %s", (name, json, reason) => {
    expect(read(withMember(name, json))).toEqual({ trades: [], faults: [`0 ${reason}`] });
  });
});

describe("the objects of older stock pipelines", () => {
  const LAST = '{"StockSymbol":"IBM","LastTradePrice":"181.250","LastTradeDateTime":"2013-10-07T08:00:00.464Z"}';
  const PLAIN = '{"symbol":"IBM","last_trade_time":"2013-10-07T08:00:00.464","price":181.25}';
  const at = (index: number): string => `IBM 181.25 × 1 at 1381132800464 #${index}`;

  test.each([
    ["one", LAST, [at(0)]],
    ["another", PLAIN, [at(0)]],
    ["lines", `${LAST}\n${PLAIN}`, [at(0), at(1)]],
    ["an array", `[${PLAIN},${LAST}]`, [at(0), at(1)]],
    ["a zone", LAST.replace("08:00:00.464Z", "10:00:00.464+02:00"), [at(0)]],
    ["milliseconds", LAST.replace('"2013-10-07T08:00:00.464Z"', "1381132800464"), [at(0)]],
    ["milliseconds as text", PLAIN.replace("2013-10-07T08:00:00.464", "1381132800464"), [at(0)]],
    ["an exponent", PLAIN.replace("181.25", "1.8125e2"), [at(0)]],
    ["a size", PLAIN.replace("{", '{"size":100,'), ["IBM 181.25 × 100 at 1381132800464 #0"]],
    [
      "a price beyond a double",
      LAST.replace('"181.250"', "90071992.54740991"),
      [at(0).replace("181.25", "90071992.54740991")],
    ],
  ])("are read, of size 1 where they name none: %s", (_, record, expected) => {
    expect(read(record)).toEqual(trades(...expected));
  });

  test("give way to members of their newer names", () => {
    const both = `{"StockSymbol":"SPY","LastTradePrice":1,"last_trade_time":1,"LastTradeDateTime":2,${IBM.slice(1)}`;
    expect(read(both)).toEqual(trades(IBM_READ));
  });

  test.each([
    ["no price", LAST.replace("LastTradePrice", "Price"), "unknown-shape"],
    ["no symbol", PLAIN.replace("symbol", "Symbol"), "unknown-shape"],
    ["no time", PLAIN.replace("last_trade_time", "when"), "unknown-shape"],
    ["a time of day", PLAIN.replace("2013-10-07T08:00:00.464", "08:00:00"), "unknown-shape"],
    ["a list of times", PLAIN.replace('"2013-10-07T08:00:00.464"', '["2013-10-07T08:00:00"]'), "unknown-shape"],
    ["a size of null", PLAIN.replace("{", '{"size":null,'), "unknown-shape"],
    ["a time without zone under a newer name", PLAIN.replace("last_trade_time", "time"), "unknown-shape"],
    ["thousands set apart", LAST.replace("181.250", "1,181.25"), "not-a-decimal"],
    ["a time to come", PLAIN.replace("2013", "2014"), "future"],
  ])("reject %s", (_, record, reason) => {
    expect(read(record)).toEqual({ trades: [], faults: [`0 ${reason}`] });
  });
});

describe("a fault", () => {
  test("is reported with its own index, and the others go on", () => {
    const dear = withMember("price", "1e30");
    expect(read(`${IBM}\n{"symbol":\n[1]\r\n${dear}\n${IBM}`)).toEqual({
      trades: [IBM_READ, IBM_READ],
      faults: ["1 malformed-json", "2 unknown-shape", "3 too-large"],
    });
  });

  test("in an array is reported with its own index, and the others go on", () => {
    const broken = '{"symbol":"I]}\\"BM",, "price"}';
    expect(read(`[${IBM},${broken}, null ,[],${IBM}]`)).toEqual({
      trades: [IBM_READ, IBM_READ],
      faults: ["1 malformed-json", "2 unknown-shape", "3 unknown-shape"],
    });
  });

  test("of quotes and brackets takes the whole array along", () => {
    for (const record of [`[${IBM}`, `[${IBM},]`, `[${IBM}}`, `[${IBM}]]`, `[${IBM}] ${IBM}`, `["${IBM}]`, '["\\']) {
      expect(read(record)).toEqual({ trades: [], faults: ["-1 malformed-json"] });
    }
  });

  test("of encoding is no JSON", () => {
    const data = utf8Bytes(withMember("source", '"é"'));
    data[data.lastIndexOf(0xc3)] = 0xff;
    const { faults } = readJsonTrades(data, new TradeColumns(), limits);
    expect(faults).toMatchObject([{ index: 0, reason: "malformed-json" }]);
  });
});
