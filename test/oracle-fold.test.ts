import fc from "fast-check";
import { expect, test } from "vitest";
import { createOracleFold, oracleRows, type OracleTrade } from "#oracle/oracle.ts";

const tradesArbitrary: fc.Arbitrary<OracleTrade[]> = fc.array(
  fc.record({
    symbol: fc.constantFrom("IBM", "SPY"),
    price: fc.constantFrom("181.25", "9.5", "0.00000001", "7"),
    size: fc.constantFrom("100", "0.5", "1"),
    time: fc.integer({ min: 1_381_132_800_000, max: 1_381_132_900_000 }),
    sequence: fc.nat(5),
  }),
);

const byTime = (a: OracleTrade, b: OracleTrade): number =>
  a.time - b.time || a.sequence - b.sequence || Number(a.price) - Number(b.price) || Number(a.size) - Number(b.size);

test("trades that come in order one by one make the rows of all at once", () => {
  fc.assert(
    fc.property(tradesArbitrary, (trades) => {
      const fold = createOracleFold(["10s", "1m"]);
      for (const trade of trades.toSorted(byTime)) fold.add(trade);
      expect(fold.rows()).toEqual(oracleRows(trades, ["10s", "1m"]));
    }),
  );
});

test("rejects a trade that belongs before its symbol's last one", () => {
  const trade = { symbol: "IBM", price: "1", size: "1", time: 5_000, sequence: 2 };
  const fold = createOracleFold(["1m"]);
  fold.add(trade);
  fold.add({ ...trade, symbol: "SPY", sequence: 1 });
  expect(() => fold.add({ ...trade, sequence: 1 })).toThrow("must come in order");
});
