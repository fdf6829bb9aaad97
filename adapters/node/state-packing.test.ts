import fc from "fast-check";
import { expect, test } from "vitest";
import { zstdPacking } from "./state-packing.ts";

test("gives back what it packed, short or long, and makes what is long and repeats smaller", () => {
  const long = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.integer({ min: 399_000, max: 401_000 }));
  const repeated = long.map(([part, length]) => Uint8Array.from({ length }, (_, i) => part[i % part.length]!));
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: fc.uint8Array({ maxLength: 2_000 }) }, repeated), (bytes) => {
      const packed = zstdPacking.pack(bytes);
      expect(Buffer.compare(zstdPacking.unpack(packed), bytes)).toBe(0);
      expect(packed.length).toBeLessThanOrEqual(bytes.length < 400_000 ? bytes.length + 1 : 10_000);
    }),
  );
});

test.each([[], [2, 3], [1, 2, 3]])("rejects bytes that it did not make with a RangeError: %j %j %j", (...bytes) => {
  expect(() => zstdPacking.unpack(Uint8Array.from(bytes))).toThrow(RangeError);
});
