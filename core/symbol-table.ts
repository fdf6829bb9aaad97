import { isSymbol } from "./trade.ts";

const FIRST_SLOTS = 1_024;
const MAX_SYMBOL_BYTES = 32;
/** Symbols that were made to collide are kept in a map beyond so many slots. */
const MAX_PROBES = 32;

/**
 * Numbers symbols from 0 on in the order in which they are met, and finds them by their bytes, so that reading one again
 * makes no new string. A hash table with open addressing, at most half full.
 */
export class SymbolTable {
  /** Ids plus one, 0 where there is none. */
  #slots = new Int32Array(FIRST_SLOTS);
  readonly #texts: string[] = [];
  readonly #crowded = new Map<string, number>();

  get count(): number {
    return this.#texts.length;
  }

  /** The symbol of an id that this table gave. */
  text(id: number): string {
    return this.#texts[id]!;
  }

  /** The id of the symbol that the bytes `[from, to)` name, -1 when they name none. */
  idAt(bytes: Uint8Array, from: number, to: number): number {
    if (to - from > MAX_SYMBOL_BYTES) return -1;
    const [slots, texts] = [this.#slots, this.#texts];
    let hash = HASH_START;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, HASH_FACTOR);
    let slot = (hash ^ (hash >>> 15)) & (slots.length - 1);
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const id = slots[slot]! - 1;
      if (id < 0) return this.#add(String.fromCharCode(...bytes.subarray(from, to)), slot);
      if (isNamed(texts[id]!, bytes, from, to)) return id;
      slot = (slot + 1) & (slots.length - 1);
    }
    return this.#addCrowded(String.fromCharCode(...bytes.subarray(from, to)));
  }

  /** The id of a symbol, -1 when the text is none. */
  idOf(text: string): number {
    const slots = this.#slots;
    let slot = slotOf(text, slots.length);
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const id = slots[slot]! - 1;
      if (id < 0) return this.#add(text, slot);
      if (this.#texts[id] === text) return id;
      slot = (slot + 1) & (slots.length - 1);
    }
    return this.#addCrowded(text);
  }

  #add(text: string, slot: number): number {
    if (!isSymbol(text)) return -1;
    const id = this.#texts.push(text) - 1;
    this.#slots[slot] = id + 1;
    if (this.#texts.length * 2 > this.#slots.length) this.#grow();
    return id;
  }

  #addCrowded(text: string): number {
    const known = this.#crowded.get(text);
    if (known !== undefined) return known;
    if (!isSymbol(text)) return -1;
    const id = this.#texts.push(text) - 1;
    this.#crowded.set(text, id);
    return id;
  }

  /** Every symbol moves, those of the map too: a search that ends at an empty slot does not look there. */
  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    this.#crowded.clear();
    for (let id = 0; id < this.#texts.length; id++) {
      const text = this.#texts[id]!;
      let slot = slotOf(text, slots.length);
      let probes = 0;
      for (; slots[slot] !== 0 && probes < MAX_PROBES; probes++) slot = (slot + 1) & (slots.length - 1);
      if (probes < MAX_PROBES) slots[slot] = id + 1;
      else this.#crowded.set(text, id);
    }
    this.#slots = slots;
  }
}

/** FNV-1a. */
const HASH_START = 0x811c9dc5;
const HASH_FACTOR = 0x01000193;

const slotOf = (text: string, slots: number): number => {
  let hash = HASH_START;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), HASH_FACTOR);
  return (hash ^ (hash >>> 15)) & (slots - 1);
};

const isNamed = (symbol: string, bytes: Uint8Array, from: number, to: number): boolean => {
  if (symbol.length !== to - from) return false;
  for (let i = 0; i < symbol.length; i++) if (symbol.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
};
