import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { asciiBytes, asciiJson, asciiText } from "./ascii-json.ts";
import type { Pane } from "./pane.ts";
import { packed, PANE_COLUMNS, paneRowText, readPaneRows, readUpdateRecord, updateRecords } from "./updates.ts";
import { arbitraryPane } from "#test/arbitraries/pane.ts";

const LARGE_BYTES = 1_000_000;

const samplePane = (): Pane => fc.sample(arbitraryPane, { numRuns: 1, seed: 7 })[0]!;

const record = (changes: object): Uint8Array =>
  asciiBytes(
    asciiJson({ version: 1, columns: PANE_COLUMNS, rows: [JSON.parse(paneRowText(samplePane()))], ...changes }),
  );

describe("update records", () => {
  test("give back the panes they were written from, in order", () => {
    fc.assert(
      fc.property(fc.array(arbitraryPane), fc.integer({ min: 1, max: 4_000 }), (panes, maxBytes) => {
        expect(updateRecords(panes, maxBytes).flatMap(readUpdateRecord)).toEqual(panes);
      }),
    );
  });

  test("are never longer than asked, unless a single pane is", () => {
    fc.assert(
      fc.property(fc.array(arbitraryPane), fc.integer({ min: 1, max: 4_000 }), (panes, maxBytes) => {
        for (const data of updateRecords(panes, maxBytes)) {
          expect(data.length <= maxBytes || readUpdateRecord(data).length === 1).toBe(true);
        }
      }),
    );
  });

  test("name their columns once", () => {
    const pane = samplePane();
    const [data] = updateRecords([pane, pane], LARGE_BYTES);
    expect(asciiText(data!).split("lastSequence")).toHaveLength(2);
  });

  test("are none when there are no panes", () => {
    expect(updateRecords([], LARGE_BYTES)).toEqual([]);
  });

  test.each([
    ["no JSON", asciiBytes("{")],
    ["bytes beyond ASCII", Uint8Array.of(34, 200, 34)],
    ["a JSON value that is no object", asciiBytes("null")],
    ["a foreign record", asciiBytes('{"symbol":"IBM","price":"1"}')],
    ["another version", record({ version: 2 })],
    ["other columns", record({ columns: ["symbol"] })],
    ["rows that are no array", record({ rows: {} })],
    ["a row that is no array", record({ rows: ["IBM"] })],
    ["a row that is too short", record({ rows: [["IBM", "1m"]] })],
  ])("rejects %s", (_, data) => {
    expect(() => readUpdateRecord(data)).toThrow(RangeError);
  });

  test.each([
    ["a symbol that is none", 0, " "],
    ["an interval that is none", 1, "1y"],
    ["a start inside a window", 2, 1],
    ["a start that is text", 2, "0"],
    ["an empty shard", 3, ""],
    ["a position that is a number", 4, 5],
    ["a position without its length", 4, "5"],
    ["a price that is a number", 6, 167.41],
  ])("rejects a row with %s", (_, column, cell) => {
    const row = JSON.parse(paneRowText(samplePane())) as unknown[];
    expect(() => readPaneRows(PANE_COLUMNS, [row.with(column, cell)])).toThrow(RangeError);
  });

  test("packs rows up to the exact length", () => {
    // "a","b" joined are 3 long, with "c" 5
    expect(packed(["a", "b", "c"], 3)).toEqual([["a", "b"], ["c"]]);
    expect(packed(["a", "b", "c"], 5)).toEqual([["a", "b", "c"]]);
    expect(packed(["aaaa", "b"], 2)).toEqual([["aaaa"], ["b"]]);
  });
});

describe("ASCII JSON", () => {
  test("is as long as its bytes and parses to the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = asciiJson(value);
        expect(JSON.parse(asciiText(asciiBytes(text)))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("rejects text beyond ASCII when bytes are made of it", () => {
    expect(() => asciiBytes("é")).toThrow(RangeError);
  });
});
