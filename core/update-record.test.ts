import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryPane } from "#test/arbitraries/pane.ts";
import { tradedPanes } from "#test/arbitraries/traded-panes.ts";
import type { Pane } from "./pane.ts";
import { epochMs, sequenceNumber } from "./units.ts";
import { readUpdateRecord, UPDATE_RECORD_BYTES, updateRecords } from "./update-record.ts";
import { utf8Bytes } from "./utf8.ts";

const panesOfAnyKind: fc.Arbitrary<readonly Pane[]> = fc.oneof(fc.array(arbitraryPane), tradedPanes);

describe("update records", () => {
  test("give back the panes they were written from, in order", () => {
    fc.assert(
      fc.property(panesOfAnyKind, fc.integer({ min: 1, max: 4_000 }), (panes, maxBytes) => {
        expect(updateRecords(panes, maxBytes).flatMap(readUpdateRecord)).toEqual(panes);
      }),
      { numRuns: 300 },
    );
  });

  test("are never longer than asked, unless a single pane is", () => {
    fc.assert(
      fc.property(panesOfAnyKind, fc.integer({ min: 1, max: 4_000 }), (panes, maxBytes) => {
        for (const data of updateRecords(panes, maxBytes)) {
          expect(data.length <= maxBytes || readUpdateRecord(data).length === 1).toBe(true);
        }
      }),
    );
  });

  test("name a symbol once, and are none when there are no panes", () => {
    const [pane] = fc.sample(
      tradedPanes.filter(([first]) => first !== undefined && first.content.notional.units < 2n ** 40n),
      { numRuns: 1, seed: 7 },
    )[0]!;
    const again = { ...pane!, isCorrected: !pane!.isCorrected };
    const [[once], [twice]] = [updateRecords([pane!]), updateRecords([pane!, again])];
    expect(twice!.length - once!.length).toBeLessThan(16);
    expect(updateRecords([])).toEqual([]);
  });

  test("name the positions of their own panes alone, so that no record grows with what others are at", () => {
    const [sample] = fc.sample(arbitraryPane, { numRuns: 1, seed: 7 });
    const panes = Array.from({ length: 3_000 }, (_, i) => ({
      ...sample!,
      startMs: epochMs(i * sample!.intervalMs),
      lastSequence: sequenceNumber(`49590338271490256608559692538361571095921575989136${100_000 + i}`),
    }));
    const records = updateRecords(panes);
    expect(records.flatMap(readUpdateRecord)).toEqual(panes);
    expect(records.every(({ length }) => length <= UPDATE_RECORD_BYTES)).toBe(true);
    expect(records.length).toBeLessThan(60);
  });

  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .tuple(
        tradedPanes.filter((panes) => panes.length > 0),
        fc.nat(),
        fc.nat(255),
      )
      .map(([panes, at, byte]) => updateRecords(panes)[0]!.with(at % updateRecords(panes)[0]!.length, byte)),
  );

  test("rejects whatever is none with a RangeError, or reads panes that can be told of", () => {
    fc.assert(
      fc.property(noise, (data) => {
        try {
          expect(updateRecords(readUpdateRecord(data)).flatMap(readUpdateRecord)).toEqual(readUpdateRecord(data));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ["nothing", new Uint8Array()],
    ["a foreign record", utf8Bytes('{"symbol":"IBM","price":"1"}')],
    ["another version", updateRecords(fc.sample(arbitraryPane, 1))[0]!.with(0, 1)],
    ["a record that is cut short", updateRecords(fc.sample(arbitraryPane, 1))[0]!.slice(0, -1)],
  ])("rejects %s", (_, data) => {
    expect(() => readUpdateRecord(data)).toThrow(RangeError);
  });
});
