import { barRow } from "#core/bar-row.ts";
import type { BarStatus } from "#core/bar-status.ts";
import { readInterval } from "#core/interval.ts";
import type { DashboardConfig } from "#core/protocol/dashboard-config.ts";
import { isSymbol } from "#core/trade.ts";
import { durationMs, type DurationMs } from "#core/units.ts";
import { readAddress, writeAddress } from "./address.ts";
import { Charts } from "./charts.ts";
import { Controls } from "./controls.ts";
import { byId, setText } from "./element.ts";
import { Feed, type FeedOptions } from "./feed.ts";
import { showPrice, showTitle } from "./headline.ts";
import { KeptSymbols } from "./kept-symbols.ts";
import { measuredFrom, passOf, type PassOf } from "./passes.ts";
import { Standings } from "./standings.ts";
import { Status } from "./status.ts";
import { Suggestions } from "./suggestions.ts";
import { readTheme, watchTheme, type Theme } from "./theme.ts";
import { Watchlist } from "./watchlist.ts";
import { chartWishes, watchedWishes, WATCHED_BARS, type ChartWishes } from "./wishes.ts";

/** What tests and tools may read of the page. */
export interface Dash {
  readonly state: string;
  readonly symbol: string;
  readonly interval: string;
  /** Whether all that is shown has been answered by the server. */
  readonly isWhole: boolean;
  /** The bars on the chart, as rows of the export's columns. */
  readonly bars: readonly (readonly (string | number)[])[];
  /** What is said of each of them, null where nothing is yet. */
  readonly statuses: readonly (BarStatus | null)[];
  /** When the bars start that are marked on the chart, in seconds since 1970. */
  readonly marks: readonly number[];
  /** The candles as the chart library has them. */
  readonly candles: readonly unknown[];
  /** The time that the upper and the lower chart show, in seconds since 1970. */
  readonly ranges: readonly (readonly [number, number])[];
}

const STATE_MS = 250;
/** So long what was chosen before stays on screen while the server answers, lest it flicker. */
const PATIENCE_MS = 500;

/** The page at work: its parts, what the reader chose, and what is shown of it. */
export class Dashboard {
  readonly #config: DashboardConfig;
  readonly #offeredMs: readonly DurationMs[];
  readonly #passOf: PassOf;
  readonly #kept = new KeptSymbols(() => localStorage);
  readonly #feed: Feed;
  readonly #status: Status;
  readonly #suggestions: Suggestions;
  readonly #watchlist: Watchlist;
  readonly #controls: Controls;
  readonly #standings = new Standings();
  readonly #charts: Charts;
  #theme: Theme = readTheme();
  #symbols: readonly string[] = [];
  #symbol: string;
  #interval: string;
  #chosenAtMs = 0;
  #isDirty = false;

  constructor(config: DashboardConfig, openSocket: FeedOptions["openSocket"]) {
    this.#config = config;
    this.#offeredMs = config.intervals.map(msOf);
    this.#passOf = passOf(config.passes);
    this.#feed = new Feed({
      openSocket,
      connectionMs: config.connectionMs,
      onChange: () => this.#touch(),
      onFault: ({ message }) => this.#status.complain(message),
      onSymbols: (symbols) => {
        this.#suggestions.take(symbols);
        this.#touch();
      },
    });
    this.#status = new Status(this.#feed);
    this.#suggestions = new Suggestions(() => this.#feed.askSymbols());
    this.#watchlist = new Watchlist(byId("symbols"), {
      onSelect: (symbol) => this.#choose(symbol, this.#interval),
      onRemove: (symbol) => this.#remove(symbol),
    });
    this.#controls = new Controls(config.intervals, {
      onInterval: (interval) => this.#choose(this.#symbol, interval),
      onSymbol: (symbol) => this.#addAndChoose(symbol),
    });
    this.#charts = new Charts(this.#theme, this.#passOf, this.#standings.of);
    setText(byId("source"), config.source);
    byId("source").title = config.source;
    const [symbol, interval] = readAddress();
    for (const each of [...config.symbols, ...this.#kept.read(), symbol]) this.#add(each);
    this.#symbol = isSymbol(symbol) ? symbol : (config.symbols.at(-1) ?? "");
    this.#interval = config.intervals.includes(interval) ? interval : (config.intervals[1] ?? config.intervals[0]!);
    this.#listen();
    this.#choose(this.#symbol, this.#interval);
    setInterval(() => this.#tick(), STATE_MS);
  }

  /** What the page shows now. */
  look(): Dash {
    const isKnown = this.#charts.shows(this.#symbol, msOf(this.#interval));
    return {
      state: this.#feed.state.kind,
      symbol: this.#symbol,
      interval: this.#interval,
      isWhole: isKnown && !this.#feed.isAwaiting,
      bars: this.#charts.bars.map(barRow),
      statuses: this.#charts.bars.map((bar) => this.#standings.of(bar).status ?? null),
      marks: this.#charts.marks,
      candles: this.#charts.candles,
      ranges: this.#charts.ranges,
    };
  }

  get #shown(): ChartWishes {
    return chartWishes(this.#symbol, msOf(this.#interval), this.#offeredMs);
  }

  #listen(): void {
    document.addEventListener("visibilitychange", () => {
      this.#feed.connectNow();
      this.#touch();
    });
    window.addEventListener("online", () => this.#feed.connectNow());
    window.addEventListener("resize", () => {
      this.#watchlist.reveal(this.#symbol);
      this.#touch();
    });
    watchTheme((theme) => {
      this.#theme = theme;
      this.#charts.paint(theme);
      this.#touch();
    });
  }

  /** Adds a row, which the reader may remove unless the server named it. */
  #add(symbol: string): void {
    if (!isSymbol(symbol) || this.#symbols.includes(symbol)) return;
    const isRemovable = !this.#config.symbols.includes(symbol);
    this.#symbols = [...this.#symbols, symbol];
    this.#watchlist.add(symbol, { isRemovable });
    if (isRemovable) this.#feed.watch("watch", symbol);
  }

  #addAndChoose(symbol: string): void {
    this.#add(symbol);
    if (!this.#config.symbols.includes(symbol)) this.#kept.add(symbol);
    this.#choose(symbol, this.#interval);
  }

  #remove(symbol: string): void {
    const place = this.#symbols.indexOf(symbol);
    this.#symbols = this.#symbols.filter((each) => each !== symbol);
    const neighbour = this.#symbols[Math.min(place, this.#symbols.length - 1)];
    this.#kept.remove(symbol);
    this.#feed.watch("unwatch", symbol);
    this.#watchlist.remove(symbol);
    this.#choose(this.#symbol === symbol ? (neighbour ?? "") : this.#symbol, this.#interval);
    if (neighbour === undefined) this.#controls.focus();
    else this.#watchlist.focus(neighbour);
  }

  #choose(symbol: string, interval: string): void {
    this.#symbol = symbol;
    this.#interval = interval;
    this.#chosenAtMs = performance.now();
    writeAddress(symbol, interval);
    this.#watchlist.select(symbol);
    this.#controls.select(interval);
    showTitle(symbol);
    const { bars, fine } = this.#shown;
    const charts = symbol === "" ? [] : bars === fine ? [bars] : [bars, fine];
    this.#feed.wish([...watchedWishes(this.#symbols, this.#offeredMs[0]!), ...charts]);
    this.#touch();
  }

  #touch(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    requestAnimationFrame(() => {
      this.#isDirty = false;
      this.#show();
    });
  }

  /** What changes with time alone. */
  #tick(): void {
    this.#status.show();
    if (!this.#charts.shows(this.#symbol, msOf(this.#interval))) this.#showCharts();
  }

  #show(): void {
    const { register } = this.#feed;
    const shortestMs = this.#offeredMs[0]!;
    const watched = this.#symbols.map((symbol) => register.bars(symbol, shortestMs).slice(-WATCHED_BARS));
    const newestMs = Math.max(0, ...watched.map((bars) => bars.at(-1)?.content.close.eventTimeMs ?? 0));
    const oldestMs = Math.min(newestMs, ...watched.map((bars) => bars[0]?.startMs ?? newestMs));
    const spanMs = Math.min(WATCHED_BARS * shortestMs, newestMs - oldestMs);
    const fromMs = measuredFrom(newestMs, spanMs, this.#config.passes);
    const measures = { newestMs, fromMs, passOf: this.#passOf };
    for (const [index, symbol] of this.#symbols.entries())
      this.#watchlist.show(symbol, watched[index]!, measures, this.#theme);
    showPrice(watched[this.#symbols.indexOf(this.#symbol)] ?? [], fromMs);
    this.#showCharts();
    this.#status.show();
  }

  #showCharts(): void {
    const { bars, fine } = this.#shown;
    const { intervalMs } = bars;
    if (this.#symbol === "") return this.#charts.clear("No symbol is chosen.");
    if (!this.#feed.knows(bars) || !this.#feed.knows(fine)) {
      if (this.#charts.shows(this.#symbol, intervalMs)) return;
      const isLate = performance.now() - this.#chosenAtMs > PATIENCE_MS || this.#feed.state.kind === "waiting";
      if (isLate) this.#charts.clear(`Bars of ${this.#symbol} in ${this.#interval} come when the server answers.`);
      return;
    }
    const { register, progress } = this.#feed;
    const shown = register.bars(this.#symbol, intervalMs);
    this.#standings.look(shown, progress);
    this.#charts.show({
      symbol: this.#symbol,
      intervalMs,
      bars: shown,
      fine: register.bars(this.#symbol, fine.intervalMs).slice(-fine.bars),
      emptyWords: this.#suggestions.emptyWords(this.#symbol),
    });
  }
}

const msOf = (interval: string): DurationMs => readInterval(interval) ?? durationMs(60_000);
