import fc from "fast-check";
import { expect, test } from "vitest";
import { readWideDecimal } from "#core/decimal.ts";
import { fixedText } from "./fixed.ts";

test.each([
  [1_681, 1, 2, "168.10"],
  [16_811, 2, 2, "168.11"],
  [168, 0, 2, "168.00"],
  [1_234_567, 0, 0, "1,234,567"],
  [123_456_789, 4, 2, "12,345.6789"],
  [5, 8, 2, "0.00000005"],
  [0, 0, 0, "0"],
])("%i with %i decimals is shown with %i at least as %s", (units, scale, places, text) => {
  expect(fixedText({ units, scale }, places)).toBe(text);
});

test("nothing of a decimal is lost, and all with so many decimals are as long behind the point", () => {
  const decimals = fc.record({ units: fc.bigInt({ min: 0n, max: 10n ** 20n }), scale: fc.integer({ min: 0, max: 8 }) });
  fc.assert(
    fc.property(decimals, ({ units, scale }) => {
      const text = fixedText({ units, scale }, 8);
      const read = readWideDecimal(text.replaceAll(",", ""));
      expect(read.units * 10n ** BigInt(8 - read.scale)).toBe(units * 10n ** BigInt(8 - scale));
      expect(text.split(".")[1]).toHaveLength(8);
    }),
  );
});
