import { isSymbol } from "#core/trade.ts";

/** Where the browser keeps what a reader added; it may be forbidden, full or spoilt. */
export type KeepingPlace = () => Pick<Storage, "getItem" | "setItem">;

const KEY = "tapestream.symbols";
const MOST = 1_000;

/** The symbols that a reader added to those of the server, from one visit to the next. */
export class KeptSymbols {
  readonly #place: KeepingPlace;

  constructor(place: KeepingPlace) {
    this.#place = place;
  }

  /** In the order in which they were added. Empty where the browser keeps nothing. */
  read(): readonly string[] {
    return readList(() => this.#place().getItem(KEY));
  }

  /** Calls back with what another tab of the browser has added and removed. */
  follow(onChange: (added: readonly string[], removed: readonly string[]) => void): void {
    window.addEventListener("storage", ({ key, oldValue, newValue }) => {
      if (key !== KEY) return;
      const [before, after] = [readList(() => oldValue), readList(() => newValue)];
      onChange(
        after.filter((symbol) => !before.includes(symbol)),
        before.filter((symbol) => !after.includes(symbol)),
      );
    });
  }

  /** What another tab added meanwhile stays. */
  add(...symbols: readonly string[]): void {
    this.#write([...this.read().filter((kept) => !symbols.includes(kept)), ...symbols].slice(-MOST));
  }

  remove(symbol: string): void {
    this.#write(this.read().filter((kept) => kept !== symbol));
  }

  #write(symbols: readonly string[]): void {
    try {
      this.#place().setItem(KEY, JSON.stringify(symbols));
    } catch {
      // the list holds until the page is left
    }
  }
}

const readList = (read: () => string | null): readonly string[] => {
  try {
    const kept: unknown = JSON.parse(read() ?? "[]");
    if (!Array.isArray(kept)) return [];
    const symbols = kept.filter((symbol): symbol is string => typeof symbol === "string" && isSymbol(symbol));
    return [...new Set(symbols)].slice(0, MOST);
  } catch {
    return [];
  }
};
