import { describe, expect, test } from "vitest";

import { utf8Bytes } from "#core/utf8.ts";
import { SymbolTable } from "./symbol-table.ts";

const at = (table: SymbolTable, text: string): string | undefined => {
  const bytes = utf8Bytes(`<${text}>`);
  return table.at(bytes, 1, bytes.length - 1);
};

describe("SymbolTable", () => {
  test("tells symbols apart, beginnings of others too, and more than it can hold", () => {
    const table = new SymbolTable();
    const symbols = Array.from({ length: 40_000 }, (_, i) => `A${i.toString(36)}`);
    for (const symbol of ["A", ...symbols, "A", ...symbols.slice(0, 100)]) {
      const found = at(table, symbol);
      if (found !== symbol) expect(found).toBe(symbol);
    }
  });

  test.each(["", " A", "A ", "A\n", "é", "A".repeat(33)])("knows no symbol in %j", (text) => {
    expect(at(new SymbolTable(), text)).toBeUndefined();
  });
});
