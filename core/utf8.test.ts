import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { utf8Bytes, utf8Text } from "./utf8.ts";

const strictText = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

describe("UTF-8", () => {
  test("is written as the platform writes it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(utf8Bytes(text)).toEqual(new TextEncoder().encode(text));
      }),
    );
    expect(utf8Bytes("a\ud800b")).toEqual(new TextEncoder().encode("a\ufffdb"));
  });

  test("is read as the platform reads it, in part too", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(), fc.nat(), (text, a, b) => {
        const bytes = utf8Bytes(text);
        const [from, to] = [a % (bytes.length + 1), b % (bytes.length + 1)].toSorted((x, y) => x - y);
        expect(utf8Text(bytes)).toBe(text);
        expect(utf8Text(bytes, from, to)).toBe(strictText(bytes.subarray(from, to)));
      }),
    );
  });

  test("rejects what the platform rejects", () => {
    const lead = fc.constantFrom(
      0x41,
      0x80,
      0xbf,
      0xc0,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
      0xf8,
      0xff,
    );
    const next = fc.constantFrom(0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0);
    fc.assert(
      fc.property(lead, fc.array(next, { maxLength: 3 }), (first, rest) => {
        const bytes = Uint8Array.of(first, ...rest);
        expect(utf8Text(bytes)).toBe(strictText(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  test("is read whatever its length", () => {
    const text = "aé📈".repeat(5_000);
    expect(utf8Text(utf8Bytes(text))).toBe(text);
  });
});
