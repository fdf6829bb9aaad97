import fc from "fast-check";
import { expect, test } from "vitest";
import { zstdPacking } from "./state-packing.ts";

test("gives back what it packed, and makes what repeats smaller", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
      expect(new Uint8Array(zstdPacking.unpack(zstdPacking.pack(bytes)))).toEqual(bytes);
    }),
  );
  expect(zstdPacking.pack(new Uint8Array(10_000)).length).toBeLessThan(100);
});

test("rejects bytes that it did not make with a RangeError", () => {
  expect(() => zstdPacking.unpack(Uint8Array.of(1, 2, 3))).toThrow(RangeError);
});
