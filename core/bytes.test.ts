import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { ByteReader, ByteWriter } from "./bytes.ts";

const written = (write: (writer: ByteWriter) => void): Uint8Array => {
  const writer = new ByteWriter(1);
  write(writer);
  return writer.toBytes();
};

describe("bytes", () => {
  test("give back every safe integer as a zigzag varint of at most eight bytes", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const bytes = written((writer) => writer.zigzag(value));
        expect(bytes.length).toBeLessThanOrEqual(8);
        expect(new ByteReader(bytes).zigzag()).toBe(value);
      }),
    );
  });

  test.each([
    [0, [0]],
    [-1, [1]],
    [1, [2]],
    [63, [126]],
    [-64, [127]],
    [64, [128, 1]],
    [-65, [129, 1]],
    [Number.MAX_SAFE_INTEGER, [254, 255, 255, 255, 255, 255, 255, 31]],
    [Number.MIN_SAFE_INTEGER, [253, 255, 255, 255, 255, 255, 255, 31]],
  ])("write %d as protobuf does", (value, bytes) => {
    expect([...written((writer) => writer.zigzag(value))]).toEqual(bytes);
  });

  test("reject a zigzag varint beyond 2^53", () => {
    expect(() => new ByteReader(Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 31)).zigzag()).toThrow(RangeError);
  });

  test("reject a long varint that never ends at once", () => {
    const reader = new ByteReader(new Uint8Array(1_000).fill(255));
    expect(() => reader.bigVarint()).toThrow("must be below 2^448");
  });

  test("give back fields of every kind in order", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.bigInt({ min: 0n }), fc.string(), fc.uint8Array(), (count, wide, text, raw) => {
        const reader = new ByteReader(
          written((writer) => {
            writer.varint(count);
            writer.bigVarint(wide);
            writer.ascii(text);
            writer.bytes(raw);
            writer.byte(7);
          }),
        );
        expect([reader.varint(), reader.bigVarint(), reader.ascii()]).toEqual([count, wide, text]);
        expect(reader.bytes(raw.length)).toEqual(raw);
        expect([reader.byte(), reader.isAtEnd]).toEqual([7, true]);
        expect(() => reader.byte()).toThrow(RangeError);
      }),
    );
  });
});
