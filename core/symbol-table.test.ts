import { describe, expect, test } from "vitest";

import { utf8Bytes } from "./utf8.ts";
import { SymbolTable } from "./symbol-table.ts";

const idAt = (table: SymbolTable, text: string): number => {
  const bytes = utf8Bytes(`<${text}>`);
  return table.idAt(bytes, 1, bytes.length - 1);
};

describe("SymbolTable", () => {
  test("numbers symbols as they come, beginnings of others too, and finds them by bytes and by text", () => {
    const table = new SymbolTable();
    const symbols = ["A", ...Array.from({ length: 40_000 }, (_, i) => `A${i.toString(36)}`)];
    const ids = symbols.map((symbol, i) => (i % 2 === 0 ? idAt(table, symbol) : table.idOf(symbol)));
    expect(ids).toEqual(symbols.map((_, i) => i));
    expect(symbols.map((symbol) => table.idOf(symbol))).toEqual(ids);
    expect(symbols.map((symbol) => idAt(table, symbol))).toEqual(ids);
    expect(ids.map((id) => table.text(id))).toEqual(symbols);
    expect(table.count).toBe(symbols.length);
  });

  test("numbers symbols that collide once each, also when it grows", () => {
    const table = new SymbolTable();
    const ids = COLLIDING.map((symbol) => table.idOf(symbol));
    expect(new Set(ids).size).toBe(COLLIDING.length);
    for (let i = 0; i < 3_000; i++) table.idOf(`X${i}`);
    expect(COLLIDING.map((symbol) => idAt(table, symbol))).toEqual(ids);
    expect(table.count).toBe(COLLIDING.length + 3_000);
  });

  test.each(["", " A", "A ", "A\n", "é", "A".repeat(33)])("knows no symbol in %j", (text) => {
    expect(idAt(new SymbolTable(), text)).toBe(-1);
    expect(new SymbolTable().idOf(text)).toBe(-1);
  });
});

/** More symbols than are probed, all of one slot while the table has its first size, and of two in its second. */
const COLLIDING = ((): readonly string[] => {
  const symbols: string[] = [];
  for (let i = 0; symbols.length < 60; i++) {
    const text = `C${i.toString(36).padStart(7, "0").toUpperCase()}`;
    const head = [0, 1, 2, 3].reduce((packed, at) => (packed << 8) | text.charCodeAt(at), 0);
    let hash = Math.imul(head ^ 0x811c9dc5, 0x9e3779b1);
    for (let at = 4; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    if (((hash ^ (hash >>> 15)) & 1_023) === 77) symbols.push(text);
  }
  return symbols;
})();
