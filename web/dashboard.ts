import { barRow } from "#core/bar-row.ts";
import type { Bar } from "#core/bar.ts";
import { readInterval } from "#core/interval.ts";
import { CLIENT_LIMITS } from "#core/protocol/client-message.ts";
import type { DashboardConfig } from "#core/protocol/dashboard-config.ts";
import { isSymbol } from "#core/trade.ts";
import { durationMs, type DurationMs } from "#core/units.ts";
import { AveragePanel } from "./average-panel.ts";
import { BarsPanel } from "./bars-panel.ts";
import { byId, element, setText } from "./element.ts";
import { Feed } from "./feed.ts";
import { showLegend } from "./legend.ts";
import { numberOf } from "./points.ts";
import type { Wish } from "./session.ts";
import { readTheme, watchTheme, type Theme } from "./theme.ts";
import { Watchlist } from "./watchlist.ts";
import { agoWords, changeClass, changeWords, priceWords, stateWords } from "./words.ts";

/** What tests and tools may read of the page. */
export interface Dash {
  readonly state: string;
  readonly symbol: string;
  readonly interval: string;
  /** Whether all that is shown has been answered by the server. */
  readonly isWhole: boolean;
  /** The bars on the chart, as rows of the export's columns. */
  readonly bars: readonly (readonly (string | number)[])[];
  /** The candles as the chart library has them. */
  readonly candles: readonly unknown[];
}

/** Bars of the shortest interval in the watchlist and behind the price line. */
const WATCHED_BARS = 180;
const CHART_BARS = 300;
/** A chart of a long interval asks for fewer bars, as each is folded from this much at most. */
const CHART_SPAN_MS = 2 * 86_400_000;
const AGE_MS = 200;
const FAULT_MS = 5_000;
/** Up to here the price line is drawn from bars of the shortest interval. */
const FINE_LIMIT_MS = 60_000;

/** The page at work: its parts, what the reader chose, and what is shown of it. */
export class Dashboard {
  readonly #intervals: readonly string[];
  readonly #feed: Feed;
  readonly #watchlist: Watchlist;
  readonly #bars: BarsPanel;
  readonly #average: AveragePanel;
  readonly #symbols: string[];
  #theme: Theme = readTheme();
  #symbol: string;
  #interval: string;
  #hoverTime: number | undefined;
  /** Symbol and interval of what the charts show. */
  #shown = "";
  #isDirty = false;
  /** What the server last complained of, and how long it is shown. */
  #fault = { message: "", untilMs: 0 };

  constructor(config: DashboardConfig, openSocket: () => WebSocket) {
    this.#intervals = config.intervals;
    this.#symbols = [...config.symbols];
    const [symbol = "", interval = ""] = decodeURIComponent(location.hash.slice(1)).split("/");
    this.#symbol = isSymbol(symbol) ? symbol : (config.symbols.at(-1) ?? "");
    this.#interval = config.intervals.includes(interval) ? interval : (config.intervals[1] ?? config.intervals[0]!);
    if (this.#symbol !== "" && !this.#symbols.includes(this.#symbol)) this.#symbols.push(this.#symbol);
    this.#feed = new Feed({
      openSocket,
      connectionMs: config.connectionMs,
      onChange: () => this.#touch(),
      onFault: ({ message }) => {
        this.#fault = { message, untilMs: performance.now() + FAULT_MS };
      },
    });
    this.#watchlist = new Watchlist(byId("symbols"), (chosen) => this.#choose(chosen, this.#interval));
    this.#bars = new BarsPanel(byId("bars"), this.#theme, (time) => {
      this.#hoverTime = time;
      this.#touch();
    });
    this.#average = new AveragePanel(byId("average"), this.#theme);
    setText(byId("source"), config.source);
    this.#listen();
    for (const each of this.#symbols) this.#watchlist.add(each);
    this.#choose(this.#symbol, this.#interval);
    setInterval(() => this.#showState(), AGE_MS);
  }

  /** What the page shows now. */
  look(): Dash {
    return {
      state: this.#feed.state.kind,
      symbol: this.#symbol,
      interval: this.#interval,
      isWhole: this.#shown === this.#key && !this.#feed.isAwaiting,
      bars: this.#bars.bars.map(barRow),
      candles: this.#bars.candles,
    };
  }

  get #key(): string {
    return `${this.#symbol}/${this.#interval}`;
  }

  get #intervalMs(): DurationMs {
    return msOf(this.#interval);
  }

  #listen(): void {
    for (const interval of this.#intervals) {
      const button = element("button", { type: "button", value: interval }, interval);
      button.addEventListener("click", () => this.#choose(this.#symbol, interval));
      byId("intervals").append(button);
    }
    const input = byId("symbol") as HTMLInputElement;
    byId("add").addEventListener("submit", (event) => {
      event.preventDefault();
      const symbol = input.value.trim().toUpperCase();
      if (!isSymbol(symbol)) return;
      input.value = "";
      if (!this.#symbols.includes(symbol)) this.#symbols.push(symbol);
      this.#watchlist.add(symbol);
      this.#choose(symbol, this.#interval);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.target === input) return;
      event.preventDefault();
      input.focus();
    });
    document.addEventListener("visibilitychange", () => {
      this.#feed.connectNow();
      this.#touch();
    });
    window.addEventListener("online", () => this.#feed.connectNow());
    watchTheme((theme) => {
      this.#theme = theme;
      this.#bars.paint(theme);
      this.#average.paint(theme);
      this.#touch();
    });
  }

  #choose(symbol: string, interval: string): void {
    this.#symbol = symbol;
    this.#interval = interval;
    history.replaceState(undefined, "", `#${encodeURIComponent(symbol)}/${interval}`);
    this.#watchlist.select(symbol);
    for (const button of byId("intervals").querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.value === interval));
    setText(byId("title"), symbol);
    setText(byId("meanKey"), `Average of each ${interval}`);
    this.#feed.wish(this.#wishes());
    this.#touch();
  }

  #wishes(): readonly Wish[] {
    const shortestMs = msOf(this.#intervals[0]!);
    const watched: Wish[] = [];
    for (let from = 0; from < this.#symbols.length; from += CLIENT_LIMITS.symbols) {
      const symbols = this.#symbols.slice(from, from + CLIENT_LIMITS.symbols);
      watched.push({ symbols, intervalMs: shortestMs, bars: WATCHED_BARS });
    }
    if (this.#symbol === "") return watched;
    const bars = Math.max(2, Math.min(CHART_BARS, Math.floor(CHART_SPAN_MS / this.#intervalMs)));
    return [...watched, { symbols: [this.#symbol], intervalMs: this.#intervalMs, bars }];
  }

  #touch(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    requestAnimationFrame(() => {
      this.#isDirty = false;
      this.#show();
    });
  }

  #show(): void {
    const { register } = this.#feed;
    const shortestMs = msOf(this.#intervals[0]!);
    const watched = this.#symbols.map((symbol) => register.bars(symbol, shortestMs).slice(-WATCHED_BARS));
    const newestMs = Math.max(0, ...watched.map((bars) => bars.at(-1)?.content.close.eventTimeMs ?? 0));
    for (const [index, symbol] of this.#symbols.entries())
      this.#watchlist.show(symbol, watched[index]!, newestMs, this.#theme);
    this.#showPrice(watched[this.#symbols.indexOf(this.#symbol)] ?? []);
    this.#showCharts();
    this.#showState();
  }

  #showPrice(bars: readonly Bar[]): void {
    const [first, last] = [bars[0], bars.at(-1)];
    const [price, change] = [byId("price"), byId("change")];
    if (first === undefined || last === undefined) {
      setText(price, "");
      setText(change, "");
      return;
    }
    const [from, to] = [numberOf(first.content.open.price), numberOf(last.content.close.price)];
    setText(price, priceWords(to, last.content.close.price.scale));
    setText(change, changeWords(from, to));
    change.className = `change ${changeClass(from, to)}`;
  }

  #showCharts(): void {
    const isNew = this.#shown !== this.#key;
    // Until a new choice is answered the old one stays on screen, rather than half of the new one.
    if (isNew && this.#feed.isAwaiting) return;
    const { register } = this.#feed;
    const bars = register.bars(this.#symbol, this.#intervalMs);
    const fineMs = msOf(this.#intervals[this.#intervalMs <= FINE_LIMIT_MS ? 0 : 1] ?? this.#intervals[0]!);
    const fine = register.bars(this.#symbol, fineMs);
    const isFirst = isNew || (this.#bars.bars.length === 0 && bars.length > 0);
    this.#bars.show(bars, this.#intervalMs, isFirst);
    this.#average.show(fineMs === this.#intervalMs ? fine.slice(-WATCHED_BARS) : fine, bars, isFirst);
    this.#shown = this.#key;
    const empty = byId("empty");
    empty.hidden = bars.length > 0;
    setText(empty, `No trades of ${this.#symbol} yet. Its first bar appears here.`);
    const hovered = bars.find(({ startMs }) => startMs / 1_000 === this.#hoverTime) ?? bars.at(-1);
    if (hovered === undefined) byId("legend").replaceChildren();
    else showLegend(byId("legend"), hovered);
  }

  #showState(): void {
    const { state, silenceMs } = this.#feed;
    const [target, age] = [byId("state"), byId("age")];
    target.dataset["state"] = state.kind;
    setText(target, stateWords(state, performance.now(), navigator.onLine));
    if (performance.now() < this.#fault.untilMs) setText(age, this.#fault.message);
    else if (Number.isFinite(silenceMs)) setText(age, `updated ${agoWords(silenceMs)} ago`);
  }
}

const msOf = (interval: string): DurationMs => readInterval(interval) ?? durationMs(60_000);
