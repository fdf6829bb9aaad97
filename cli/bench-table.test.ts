import { expect, test } from "vitest";
import { figureOf } from "../bench/figure.ts";
import { tableHead, tableRow } from "../bench/table.ts";

const rowOf = (of: string, value: number): string =>
  tableRow(figureOf({ name: "handler.trades_per_s", case: of, unit: "trades/CPU-s" }, [value]), 1);
/** Where the columns end. */
const barsOf = (row: string): readonly number[] => [...row.matchAll(/\|/g)].map(({ index }) => index);

test("the columns of all rows are below each other, whatever the case", () => {
  const [head, dashes] = tableHead(true).split("\n");
  const rows = [
    rowOf("2 symbols", 0.5),
    rowOf("500 symbols, 3 intervals (1s, 10s, 1m), 6 MB, all symbols in each record", 12_345_678),
  ];
  for (const row of [dashes!, ...rows]) expect(barsOf(row).slice(0, -1), row).toEqual(barsOf(head!).slice(0, -1));
});

test("a case that is wider than its column shifts only what it must", () => {
  const [wide, plain] = [barsOf(rowOf("x".repeat(76), 1)), barsOf(rowOf("x", 1))];
  expect(wide[2]! - plain[2]!).toBe(4);
  expect(wide.slice(3)).toEqual(plain.slice(3));
});
