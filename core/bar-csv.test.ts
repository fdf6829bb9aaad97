import { expect, test } from "vitest";
import { BAR_COLUMNS } from "./bar-row.ts";
import { csvOf } from "./bar-csv.ts";
import { barsAt } from "#test/bar-fixture.ts";

test("bars are a line each behind their columns", () => {
  expect(csvOf(barsAt(0, 50)).split("\n")).toEqual([
    BAR_COLUMNS.join(","),
    "IBM,1m,0,60000,50,1.5,1.5,1.5,1.5,50,1,1,0,0",
    "",
  ]);
});

test("a symbol with a comma or a quote is one cell", () => {
  const [bar] = barsAt(0, 50);
  expect(csvOf([{ ...bar!, symbol: 'A,"B' }])).toContain('\n"A,""B",1m,');
});
