/**
 * What the hash of an address names: under `s` the symbol, under `i` the interval, and under other names what other parts
 * of the page keep there. `#IBM/1m` is short for `#s=IBM&i=1m`.
 */
export const readHash = (hash: string): URLSearchParams => {
  const text = hash.slice(1);
  const isShort = text !== "" && !/(^|&)[si]=/.test(text);
  return new URLSearchParams(isShort ? `s=${text.replace(/[&+]/g, encodeURIComponent).replace("/", "&i=")}` : text);
};

/** A change so soon after another one takes its place in the browser's history. */
const QUICK_MS = 1_000;

/** The page's address, which names what is shown, so that it can be kept, passed on, and gone back to. */
export class Address {
  /** Nothing goes back behind the first. */
  #changedAtMs = Number.POSITIVE_INFINITY;

  /** `onChange` is called when the reader goes back or forward, or gives another hash. */
  constructor(onChange: () => void) {
    window.addEventListener("hashchange", () => {
      this.#changedAtMs = performance.now();
      onChange();
    });
  }

  read(): URLSearchParams {
    return readHash(location.hash);
  }

  /** Lets the address name this too. An empty value is left out. */
  write(named: Readonly<Record<string, string>>): void {
    const params = this.read();
    for (const [name, value] of Object.entries(named))
      if (value === "") params.delete(name);
      else params.set(name, value);
    const hash = `#${params}`;
    if (hash === location.hash) return;
    const isQuick = performance.now() - this.#changedAtMs < QUICK_MS;
    history[isQuick ? "replaceState" : "pushState"](undefined, "", hash);
    this.#changedAtMs = performance.now();
  }
}
