import type { Bar } from "#core/bar.ts";
import { byId } from "./element.ts";
import type { Room } from "./sparkline.ts";
import { scrolledTo, visibleRows, type Scroll } from "./virtual-window.ts";
import { WatchRow, type Entry, type Measures } from "./watch-row.ts";

export interface WatchlistEvents {
  onChoose(entry: Entry): void;
  onRemove(symbol: string): void;
}

/** What the rows are to show. */
export interface WatchView extends Omit<Measures, "room"> {
  /** The bars of the last while, in order. */
  readonly barsOf: (symbol: string) => readonly Bar[];
}

/** How large a row is in the direction in which the list is scrolled, and the line in it; the style sheet agrees. */
interface Shape {
  readonly isStrip: boolean;
  readonly size: number;
  readonly room: Room;
}

const LIST: Shape = { isStrip: false, size: 30, room: { width: 48, height: 20 } };
const STRIP: Shape = { isStrip: true, size: 152, room: { width: 124, height: 24 } };

/**
 * The list of symbols, of which only the rows in sight are on the page. It lies on its side where the screen is narrow. The
 * keyboard's focus is the list's own; its active row is the chosen one, unless a search points at another.
 */
export class Watchlist {
  readonly #grid = byId("symbols");
  readonly #space = byId("rows");
  readonly #narrow = matchMedia("(max-width: 760px)");
  readonly #rows = new Map<string, WatchRow>();
  readonly #spare: WatchRow[] = [];
  #created = 0;
  #entries: readonly Entry[] = [];
  #selected = "";
  #active: string | undefined;
  #view: WatchView | undefined;
  #shape = LIST;
  /** The window's room and how far it is scrolled, measured when they change and not while prices do. */
  #room = 0;
  #scrolled = 0;

  constructor({ onChoose, onRemove }: WatchlistEvents) {
    this.#grid.addEventListener("click", ({ target }) => {
      const clicked = target as Element;
      const entry = [...this.#rows.values()].find((row) => row.element.contains(clicked))?.entry;
      if (entry === undefined) return;
      if (clicked.closest("button") === null) onChoose(entry);
      else onRemove(entry.symbol);
    });
    this.#grid.addEventListener("scroll", () => this.#measure(), { passive: true });
    new ResizeObserver(() => {
      this.#measure();
      this.reveal();
    }).observe(this.#grid);
    this.#measure();
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** The row that keys start from, -1 if there is none. */
  get place(): number {
    return this.#placeOf(this.#active ?? this.#selected);
  }

  get scroll(): Scroll {
    return { count: this.#entries.length, size: this.#shape.size, room: this.#room, scrolled: this.#scrolled };
  }

  /** Shows these entries in this order. */
  arrange(entries: readonly Entry[]): void {
    this.#entries = entries;
    this.#grid.ariaRowCount = String(entries.length + 1);
    this.#lay();
  }

  select(symbol: string): void {
    this.#selected = symbol;
    this.point(undefined);
  }

  /** Lets a search point at an entry, or at none. */
  point(symbol: string | undefined): void {
    this.#active = symbol;
    this.#lay();
    this.reveal();
  }

  focus(): void {
    this.#grid.focus({ preventScroll: true });
  }

  /** Scrolls the list, and never the page, until the active row is in sight. */
  reveal(): void {
    const { place } = this;
    if (place < 0 || this.#room === 0) return;
    const to = scrolledTo(place, this.scroll);
    if (to !== this.#scrolled) this.#grid.scrollTo(this.#shape.isStrip ? { left: to } : { top: to });
  }

  /** Brings the rows in sight up to date. */
  show(view: WatchView): void {
    this.#view = view;
    const measures = { ...view, room: this.#shape.room };
    for (const [symbol, row] of this.#rows) row.show(view.barsOf(symbol), measures);
  }

  #measure(): void {
    const { isStrip, size } = (this.#shape = this.#narrow.matches ? STRIP : LIST);
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.#grid;
    [this.#scrolled, this.#room] = isStrip ? [scrollLeft, clientWidth] : [scrollTop, clientHeight - size];
    this.#lay();
  }

  /** Puts a row wherever one can be seen. */
  #lay(): void {
    const { isStrip, size } = this.#shape;
    const long = `${this.#entries.length * size}px`;
    this.#space.style.setProperty("width", isStrip ? long : "");
    this.#space.style.setProperty("height", isStrip ? "" : long);
    const [from, to] = visibleRows(this.scroll);
    const seen = this.#entries.slice(from, to);
    const symbols = new Set(seen.map(({ symbol }) => symbol));
    for (const [symbol, row] of this.#rows) {
      if (symbols.has(symbol)) continue;
      this.#rows.delete(symbol);
      this.#spare.push(row);
    }
    const rows = seen.map((entry, index) => {
      const row = this.#rows.get(entry.symbol) ?? this.#spare.pop() ?? this.#create();
      this.#rows.set(entry.symbol, row);
      row.bind(entry);
      row.put(from + index, `translate${isStrip ? "X" : "Y"}(${(from + index) * size}px)`);
      row.select(entry.symbol === this.#selected, entry.symbol === (this.#active ?? this.#selected));
      return row.element;
    });
    const isSame =
      rows.length === this.#space.children.length && rows.every((row, i) => row === this.#space.children[i]);
    if (!isSame) this.#space.replaceChildren(...rows);
    const active = this.#rows.get(this.#active ?? this.#selected)?.element.id;
    for (const target of [this.#grid, byId("symbol")]) {
      if (active === undefined) target.removeAttribute("aria-activedescendant");
      else target.setAttribute("aria-activedescendant", active);
    }
    if (this.#view !== undefined) this.show(this.#view);
  }

  #create(): WatchRow {
    return new WatchRow(`row${this.#created++}`);
  }

  #placeOf(symbol: string): number {
    return this.#entries.findIndex((entry) => entry.symbol === symbol);
  }
}
