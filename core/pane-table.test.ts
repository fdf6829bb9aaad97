import { expect, test } from "vitest";
import { PaneTable } from "./pane-table.ts";
import { durationMs } from "./units.ts";

test("windows that were made to collide are found, each in its own row, until the table is cleared", () => {
  // Windows so far apart are one and the same in the 32 bits of them that are hashed.
  const apartMs = 2 ** 32 * 1_000;
  const table = new PaneTable(durationMs(1_000));
  const windows = Array.from({ length: 600 }, (_, i) => [i % 2, -Math.floor(i / 2) * apartMs] as const);
  const rows = windows.map(([symbolId, startMs]) => {
    expect(table.find(symbolId, startMs)).toBe(-1);
    return table.open(symbolId, startMs);
  });
  expect(rows).toEqual(windows.map((_, row) => row));
  expect(windows.map(([symbolId, startMs]) => table.find(symbolId, startMs))).toEqual(rows);
  expect(windows.map(([symbolId, startMs]) => table.open(symbolId, startMs))).toEqual(rows);
  expect(table.rows.count).toBe(windows.length);
  table.clear();
  expect(windows.map(([symbolId, startMs]) => table.find(symbolId, startMs))).toEqual(rows.map(() => -1));
  // All but the first, so that each row is another one than before.
  const fewer = windows.slice(1).map(([symbolId, startMs]) => table.open(symbolId, startMs));
  expect(fewer).toEqual(rows.slice(0, -1));
});
