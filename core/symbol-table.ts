import { isSymbol } from "./trade.ts";

const FIRST_SLOTS = 1_024;
const MAX_SYMBOL_BYTES = 32;
/** Symbols that were made to collide are kept in a map beyond so many slots. */
const MAX_PROBES = 32;
/** So many bytes of a symbol, as one integer, tell most of them apart. */
const HEAD_BYTES = 4;
/** What the length of a symbol takes of a number. */
const LENGTH_BITS = 6;
const MAX_LENGTH = 2 ** LENGTH_BITS - 1;

/**
 * Numbers symbols from 0 on in the order in which they are met, and finds them by their bytes, so that reading one again
 * makes no new string. A hash table with open addressing, at most half full.
 */
export class SymbolTable {
  /**
   * Two numbers a slot: {@link headOf} the symbol's bytes, and its {@link tagOf}, 0 where there is none. What tells most symbols
   * apart stands together, and the text itself far away in memory.
   */
  #slots = new Int32Array(FIRST_SLOTS * 2);
  readonly #texts: string[] = [];
  /** By id, for when there are more slots. */
  #heads = new Int32Array(FIRST_SLOTS / 2);
  #hashes = new Int32Array(FIRST_SLOTS / 2);
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
    const length = to - from;
    if (length > MAX_SYMBOL_BYTES) return -1;
    const slots = this.#slots;
    const mask = slots.length - 1;
    const head = headOf(bytes, from, to);
    const hash = hashOf(head, bytes, from, to);
    let slot = slotOf(hash, mask);
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const tag = slots[slot + 1]!;
      if (tag === 0) return this.#add(asciiText(bytes, from, to), head, hash, slot);
      if (slots[slot] === head && (tag & MAX_LENGTH) === length) {
        const id = (tag >>> LENGTH_BITS) - 1;
        if (length <= HEAD_BYTES || isTail(this.#texts[id]!, bytes, from)) return id;
      }
      slot = (slot + 2) & mask;
    }
    return this.#addCrowded(asciiText(bytes, from, to), head, hash);
  }

  /** The id of a symbol, -1 when the text is none. */
  idOf(text: string): number {
    if (!isSymbol(text)) return -1;
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    return this.idAt(bytes, 0, bytes.length);
  }

  #add(text: string, head: number, hash: number, slot: number): number {
    if (!isSymbol(text)) return -1;
    const id = this.#number(text, head, hash);
    this.#slots[slot] = head;
    this.#slots[slot + 1] = tagOf(id, text);
    if (this.#texts.length * 4 > this.#slots.length) this.#grow();
    return id;
  }

  #addCrowded(text: string, head: number, hash: number): number {
    const known = this.#crowded.get(text);
    if (known !== undefined) return known;
    if (!isSymbol(text)) return -1;
    const id = this.#number(text, head, hash);
    this.#crowded.set(text, id);
    return id;
  }

  #number(text: string, head: number, hash: number): number {
    const id = this.#texts.push(text) - 1;
    if (id >= this.#heads.length) {
      this.#heads = grown(this.#heads, new Int32Array(id * 2));
      this.#hashes = grown(this.#hashes, new Int32Array(id * 2));
    }
    this.#heads[id] = head;
    this.#hashes[id] = hash;
    return id;
  }

  /** Every symbol moves, those of the map too: a search that ends at an empty slot does not look there. */
  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    this.#crowded.clear();
    for (let id = 0; id < this.#texts.length; id++) {
      let slot = slotOf(this.#hashes[id]!, mask);
      let probes = 0;
      for (; slots[slot + 1] !== 0 && probes < MAX_PROBES; probes++) slot = (slot + 2) & mask;
      if (probes < MAX_PROBES) {
        slots[slot] = this.#heads[id]!;
        slots[slot + 1] = tagOf(id, this.#texts[id]!);
      } else this.#crowded.set(this.#texts[id]!, id);
    }
    this.#slots = slots;
  }
}

/** The id plus one and how many bytes there are, in one number: of ids there are less than memory has room for. */
const tagOf = (id: number, text: string): number => ((id + 1) << LENGTH_BITS) | text.length;

/** The first four bytes, fewer where there are fewer: no symbol has a byte that is zero. */
const headOf = (bytes: Uint8Array, from: number, to: number): number => {
  if (to - from >= HEAD_BYTES)
    return (bytes[from]! << 24) | (bytes[from + 1]! << 16) | (bytes[from + 2]! << 8) | bytes[from + 3]!;
  let head = 0;
  for (let at = from; at < to; at++) head = (head << 8) | bytes[at]!;
  return head;
};

/** FNV-1a, the head taken at once. */
const hashOf = (head: number, bytes: Uint8Array, from: number, to: number): number => {
  let hash = Math.imul(head ^ 0x811c9dc5, 0x9e3779b1);
  for (let at = from + HEAD_BYTES; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash;
};

/** The first of a slot's two numbers. */
const slotOf = (hash: number, mask: number): number => ((hash ^ (hash >>> 15)) << 1) & mask;

/** Whether what follows the head is the symbol's. */
const isTail = (symbol: string, bytes: Uint8Array, from: number): boolean => {
  for (let i = HEAD_BYTES; i < symbol.length; i++) if (symbol.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
};

const grown = (numbers: Int32Array, larger: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
  larger.set(numbers);
  return larger;
};

const asciiText = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to));
