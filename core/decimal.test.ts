import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareDecimals,
  decimalText,
  least,
  quotient,
  readDecimal,
  readWideDecimal,
  type Decimal,
} from "./decimal.ts";

const decimals = fc
  .record({ units: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), scale: fc.integer({ min: 0, max: 8 }) })
  .map(least);

describe("readDecimal", () => {
  test.each([
    ["167.41", { units: 16_741, scale: 2 }],
    ["167.4100", { units: 16_741, scale: 2 }],
    ["200", { units: 200, scale: 0 }],
    ["200.", { units: 200, scale: 0 }],
    ["007", { units: 7, scale: 0 }],
    ["0.00000001", { units: 1, scale: 8 }],
    ["1.1234567800", { units: 112_345_678, scale: 8 }],
    ["9007199254740991", { units: Number.MAX_SAFE_INTEGER, scale: 0 }],
  ])("reads %s in its least scale", (text, decimal) => {
    expect(readDecimal(text)).toEqual(decimal);
  });

  test.each([
    ["", "not-a-decimal"],
    ["abc", "not-a-decimal"],
    ["1e3", "not-a-decimal"],
    [".5", "not-a-decimal"],
    ["+1", "not-a-decimal"],
    ["1,000", "not-a-decimal"],
    [" 1", "not-a-decimal"],
    ["0", "not-positive"],
    ["0.00", "not-positive"],
    ["-1", "not-positive"],
    ["1.123456789", "too-many-decimals"],
    ["9007199254740992", "too-large"],
  ])("rejects %j as %s", (text, fault) => {
    expect(readDecimal(text)).toBe(fault);
  });

  test.each([
    ["zeros, then a digit", `0.${"0".repeat(400_000)}1`, "too-many-decimals"],
    ["nothing but zeros behind the point", `1.${"0".repeat(400_000)}`, "too-many-decimals"],
    ["whole digits", "9".repeat(400_000), "too-large"],
    ["zeros, then a letter", `${"0".repeat(30)}x${"0".repeat(400_000)}`, "not-a-decimal"],
    ["a minus and zeros", `-${"0".repeat(400_000)}1`, "not-positive"],
  ])("rejects a text of 400 KB at once: %s", (_, text, fault) => {
    expect(readDecimal(text)).toBe(fault);
  });

  test("reads a text of 64 characters and rejects a longer one", () => {
    expect(readDecimal(`1.5${"0".repeat(61)}`)).toEqual({ units: 15, scale: 1 });
    expect(readDecimal(`1.5${"0".repeat(62)}`)).toBe("too-many-decimals");
    expect(readDecimal(`${"0".repeat(63)}1`)).toEqual({ units: 1, scale: 0 });
    expect(readDecimal(`${"0".repeat(64)}1`)).toBe("too-large");
  });

  test("reads back every decimal's text", () => {
    fc.assert(
      fc.property(decimals, (decimal) => {
        expect(readDecimal(decimalText(decimal))).toEqual(decimal);
      }),
    );
  });
});

test("a sum of any size reads back from its text", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n }), fc.integer({ min: 0, max: 16 }), (units, scale) => {
      const text = decimalText({ units, scale });
      expect(decimalText(readWideDecimal(text))).toBe(text);
    }),
  );
});

test("a sum with 400,000 zeros between its digits reads at once", () => {
  const { units, scale } = readWideDecimal(`0.${"0".repeat(400_000)}1${"0".repeat(400_000)}`);
  expect([units, scale]).toEqual([1n, 400_001]);
});

test("compareDecimals orders by value at any scales", () => {
  fc.assert(
    fc.property(decimals, decimals, (a, b) => {
      const at8 = ({ units, scale }: Decimal): bigint => BigInt(units) * 10n ** BigInt(8 - scale);
      const expected = at8(a) < at8(b) ? -1 : at8(a) > at8(b) ? 1 : 0;
      expect(Math.sign(compareDecimals(a, b))).toBe(expected);
    }),
  );
});

describe("quotient", () => {
  test.each([
    [1n, 3n, "0.33333333"],
    [2n, 3n, "0.66666667"],
    [1n, 200_000_000n, "0"], // half of the last place: to even, down
    [3n, 200_000_000n, "0.00000002"], // one and a half: to even, up
    [5n, 200_000_000n, "0.00000002"], // two and a half: to even, down
  ])("rounds %s / %s half to even at 8 places", (numerator, denominator, text) => {
    expect(decimalText(quotient({ units: numerator, scale: 0 }, { units: denominator, scale: 0 }, 8))).toBe(text);
  });

  test("divides at any scales", () => {
    expect(decimalText(quotient({ units: 12_345n, scale: 12 }, { units: 5n, scale: 1 }, 8))).toBe("0.00000002");
    expect(decimalText(quotient({ units: 10n, scale: 0 }, { units: 4n, scale: 2 }, 8))).toBe("250");
  });
});
