import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameMeter } from "./frame-meter.ts";

/** A masked client frame with a payload of zeros. */
const frame = (length: number): Uint8Array => {
  const size =
    length < 126
      ? [0x80 | length]
      : length < 65_536
        ? [0xfe, length >> 8, length & 0xff]
        : [0xff, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return Uint8Array.from([0x81, ...size, 1, 2, 3, 4, ...new Uint8Array(length)]);
};

const hasExceeded = (frames: readonly Uint8Array[], chunkBytes: number): boolean => {
  const meter = new FrameMeter(32_768);
  const bytes = Buffer.concat(frames);
  for (let at = 0; at < bytes.length; at += chunkBytes) meter.push(bytes.subarray(at, at + chunkBytes));
  return meter.hasExceeded;
};

describe("a frame meter", () => {
  test("lets 32 KB through and not a byte more", () => {
    expect(hasExceeded([frame(32_768)], 65_536)).toBe(false);
    expect(hasExceeded([frame(32_769)], 65_536)).toBe(true);
    expect(hasExceeded([frame(70_000)], 65_536)).toBe(true);
  });

  test("sees the same however the bytes are cut", () => {
    const lengths = fc.array(fc.constantFrom(0, 1, 125, 126, 300, 32_768, 32_769, 66_000), { maxLength: 6 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 5_000 }), (sizes, chunkBytes) => {
        expect(hasExceeded(sizes.map(frame), chunkBytes)).toBe(sizes.some((size) => size > 32_768));
      }),
      { numRuns: 50 },
    );
  });
});
