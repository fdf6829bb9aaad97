import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { asciiJson } from "./ascii-json.ts";
import type { Pane } from "./pane.ts";
import { packed, PANE_COLUMNS, paneRowText, readPaneRows } from "./updates.ts";
import { utf8Bytes } from "./utf8.ts";
import { arbitraryPane } from "#test/arbitraries/pane.ts";

const samplePane = (): Pane => fc.sample(arbitraryPane, { numRuns: 1, seed: 7 })[0]!;

const rowsOf = (panes: readonly Pane[]): unknown => JSON.parse(`[${panes.map(paneRowText).join(",")}]`);

describe("pane rows", () => {
  test("give back the panes they were written from, in order", () => {
    fc.assert(
      fc.property(fc.array(arbitraryPane), (panes) => {
        expect(readPaneRows(PANE_COLUMNS, rowsOf(panes))).toEqual(panes);
      }),
    );
  });

  test.each([
    ["other columns", ["symbol"], []],
    ["rows that are no array", PANE_COLUMNS, {}],
    ["a row that is no array", PANE_COLUMNS, ["IBM"]],
    ["a row that is too short", PANE_COLUMNS, [["IBM", "1m"]]],
  ])("rejects %s", (_, columns, rows) => {
    expect(() => readPaneRows(columns, rows)).toThrow(RangeError);
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
        expect(utf8Bytes(text)).toHaveLength(text.length);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
