import { isSymbol } from "../trade.ts";

const SLOTS = 1 << 15;
const MAX_SYMBOLS = SLOTS / 2;
const MAX_SYMBOL_BYTES = 32;
/** Symbols that were made to collide cost no more than this. */
const MAX_PROBES = 32;

/**
 * Symbols met before, found by their bytes, so that reading one again makes no new string. A hash table with open
 * addressing; forgets everything when it is half full.
 */
export class SymbolTable {
  #slots: (string | undefined)[] = new Array<string | undefined>(SLOTS).fill(undefined);
  #count = 0;

  /** The symbol that the bytes `[from, to)` name, undefined when they name none. */
  at(bytes: Uint8Array, from: number, to: number): string | undefined {
    if (to - from > MAX_SYMBOL_BYTES) return undefined;
    let hash = 0x811c9dc5;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (let probe = 0; probe < MAX_PROBES; probe++, slot = (slot + 1) & (SLOTS - 1)) {
      const known = this.#slots[slot];
      if (known === undefined) break;
      if (isNamed(known, bytes, from, to)) return known;
    }
    return this.#add(slot, String.fromCharCode(...bytes.subarray(from, to)));
  }

  /** Puts a symbol into the slot, in place of any that collides with it. */
  #add(slot: number, text: string): string | undefined {
    if (!isSymbol(text)) return undefined;
    if (this.#count >= MAX_SYMBOLS) {
      this.#slots.fill(undefined);
      this.#count = 0;
    }
    if (this.#slots[slot] === undefined) this.#count++;
    this.#slots[slot] = text;
    return text;
  }
}

const isNamed = (symbol: string, bytes: Uint8Array, from: number, to: number): boolean => {
  if (symbol.length !== to - from) return false;
  for (let i = 0; i < symbol.length; i++) if (symbol.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
};
