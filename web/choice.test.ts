import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readHash } from "./address.ts";
import { choiceOf, spellingOf } from "./choice.ts";

const INTERVALS = ["10s", "1m", "5m", "1h"];
const BEFORE = { symbol: "SPY", interval: "1m" };

const chosen = (hash: string) => {
  const { symbol, interval, notices } = choiceOf(readHash(hash), INTERVALS, BEFORE);
  return [symbol, interval, ...notices.map(({ code, message }) => `${code} ${message}`)];
};

describe("an address", () => {
  test.each([
    ["", ["SPY", "1m"]],
    ["#", ["SPY", "1m"]],
    ["#s=IBM&i=5m", ["IBM", "5m"]],
    ["#i=5m", ["SPY", "5m"]],
    ["#ma=20&s=IBM", ["IBM", "1m"]],
    ["#s=+IBM+", ["IBM", "1m"]],
    ["#s=IBM&i=60s", ["IBM", "1m"]],
    ["#IBM", ["IBM", "1m"]],
    ["#IBM/5m", ["IBM", "5m"]],
    ["#/5m", ["SPY", "5m"]],
    ["#A+B&C/5m", ["A+B&C", "5m"]],
    ["#EURUSD=X/5m", ["EURUSD=X", "5m"]],
    ["#BTC%2FUSD/5m", ["BTC/USD", "5m"]],
    ["#s=IBM&i=7m", ["IBM", "1m", "no-interval 7m"]],
    ["#s=IBM&i=1M", ["IBM", "1m", "no-interval 1M"]],
    ["#IBM/5m/more", ["IBM", "1m", "no-interval 5m/more"]],
    ["#s=Zürich", ["SPY", "1m", "no-symbol Zürich"]],
    [`#s=${"x".repeat(33)}&i=5m`, ["SPY", "5m", `no-symbol ${"x".repeat(33)}`]],
    ["#%E0%A4%A", ["SPY", "1m", "no-symbol \u{fffd}%A"]],
  ])("%s chooses %j", (hash, choice) => {
    expect(chosen(hash)).toEqual(choice);
  });

  test("always chooses what can be shown, and keeps what others put there", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.webFragments()), (text) => {
        const [symbol, interval] = chosen(`#${text}`);
        expect(symbol).toMatch(/^[ -~]{1,32}$/);
        expect(INTERVALS).toContain(interval);
      }),
    );
    const named = readHash("#s=IBM&i=1m&ma=20,50");
    named.set("s", "A&B=C/D");
    expect([...readHash(`#${named.toString()}`)]).toEqual([
      ["s", "A&B=C/D"],
      ["i", "1m"],
      ["ma", "20,50"],
    ]);
  });
});

test("a symbol is written as it is known, or else in capitals", () => {
  const [seen, watched] = [
    ["IBM", "btcusd", "Brk.b"],
    ["ibm", "TSLA", "BTCUSD"],
  ];
  const spelled = (text: string): string => spellingOf(text, seen, watched);
  expect(["ibm", "IBM", "BTCUSD", "brk.B", "tsla", "nope"].map(spelled)).toEqual([
    "IBM",
    "IBM",
    "btcusd",
    "Brk.b",
    "TSLA",
    "NOPE",
  ]);
});
