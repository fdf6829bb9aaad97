import type { Bar } from "#core/bar.ts";
import { readInterval } from "#core/interval.ts";
import type { Passes } from "#core/protocol/dashboard-config.ts";
import type { Register } from "#core/protocol/register.ts";
import { byId, setText } from "./element.ts";
import { guestsOf } from "./guests.ts";
import { showPrice } from "./headline.ts";
import { measuredFrom, type PassOf } from "./passes.ts";
import { quoteOf } from "./quote.ts";
import type { Wish } from "./wish.ts";
import type { Theme } from "./theme.ts";
import { WatchTools, type ToolDeps } from "./watch-tools.ts";
import { Watchlist } from "./watchlist.ts";
import { watchedSpan } from "./wishes.ts";
import { clockWords, countWords } from "./words.ts";

export interface DeskDeps extends Pick<ToolDeps, "add" | "ask" | "choose" | "known" | "list" | "remove"> {
  readonly intervals: readonly string[];
  readonly passes: Passes | undefined;
  readonly passOf: PassOf;
  /** What is known now. */
  readonly register: () => Register;
}

/** So often it is looked how far back the bars of all symbols reach. */
const SPAN_MS = 5_000;

/**
 * The watchlist at work, with the price above the charts: what it wishes for, and what is measured in it. It is loaded when
 * the first chart is drawn, as what it shows is asked for then.
 */
export class WatchDesk {
  readonly #deps: DeskDeps;
  /** By the reader, in this visit. */
  readonly #added = new Set<string>();
  readonly #span: Omit<Wish, "symbols">;
  readonly #watchlist: Watchlist;
  readonly #tools: WatchTools;
  /** How far back the bars of all symbols reach, looked up now and then. */
  #oldestMs = Number.POSITIVE_INFINITY;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  /** What {@link barsOf} told, by what the register did. */
  readonly #recent = new WeakMap<readonly Bar[], readonly Bar[]>();
  /** Since when changes are measured. */
  #fromMs = 0;

  constructor(deps: DeskDeps) {
    this.#deps = deps;
    this.#span = watchedSpan(deps.intervals.flatMap((interval) => readInterval(interval) ?? []));
    this.#watchlist = new Watchlist({
      onChoose: ({ symbol, kind }) => {
        if (kind === "offered") this.#add([symbol]);
        deps.choose(symbol);
      },
      onRemove: (symbol) => deps.remove([symbol]),
    });
    const quote: ToolDeps["quoteOf"] = (symbol) => quoteOf(this.barsOf(symbol), this.#fromMs);
    const own = { added: this.#added, add: this.#add, watchlist: this.#watchlist, quoteOf: quote };
    this.#tools = new WatchTools({ ...deps, ...own });
  }

  get wishes(): readonly Wish[] {
    return this.#deps.list.groups.map((symbols) => ({ ...this.#span, symbols }));
  }

  /** The bars of the last while, in order: the same array until one changes. */
  readonly barsOf = (symbol: string): readonly Bar[] => {
    const bars = this.#deps.register().bars(symbol, this.#span.intervalMs);
    const recent = this.#recent.get(bars) ?? bars.slice(-this.#span.bars);
    this.#recent.set(bars, recent);
    return recent;
  };

  readonly #add = (symbols: readonly string[]): void => {
    for (const symbol of symbols) this.#added.add(symbol);
    this.#deps.add(symbols);
  };

  /** Shows that `symbol` is chosen. A guest that was chosen before leaves the list. */
  select(symbol: string): void {
    for (const guest of guestsOf({ ...this.#deps, added: this.#added }))
      if (guest !== symbol) this.#deps.list.remove(guest);
    this.refresh();
    this.#watchlist.select(symbol);
  }

  focus(): void {
    this.#watchlist.focus();
  }

  /** Shows that symbols came or went, or that more is known of them. */
  refresh(): void {
    this.#tools.refresh();
  }

  /** Shows what is new in the rows in sight, and of the chosen symbol. */
  show(theme: Theme, chosen: string): void {
    this.#look();
    const { newestMs } = this.#deps.register();
    const { barsOf } = this;
    this.#watchlist.show({ newestMs, fromMs: this.#fromMs, passOf: this.#deps.passOf, theme, barsOf });
    showPrice(barsOf(chosen), this.#fromMs);
  }

  /** What is done now and then, whether or not there is news. */
  settle(): void {
    this.#tools.settle();
  }

  /** Since when changes are measured, and how much there is to see. */
  #look(): void {
    const { list, passes, register } = this.#deps;
    const { newestMs } = register();
    if (performance.now() - this.#lookedAtMs > SPAN_MS) {
      this.#lookedAtMs = performance.now();
      const starts = list.symbols.map((symbol) => this.barsOf(symbol)[0]?.startMs ?? newestMs);
      this.#oldestMs = Math.min(newestMs, ...starts);
    }
    const { bars, intervalMs } = this.#span;
    this.#fromMs = measuredFrom(newestMs, Math.min(bars * intervalMs, newestMs - this.#oldestMs), passes);
    const since = newestMs === 0 ? "" : ` · change and volume since ${clockWords(this.#fromMs)}`;
    setText(byId("listed"), countWords(list.size, "symbol") + since);
  }
}
