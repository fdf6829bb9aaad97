import { barRow } from "#core/bar-row.ts";
import type { BarStatus } from "#core/bar-status.ts";
import { readInterval } from "#core/interval.ts";
import type { DashboardConfig } from "#core/protocol/dashboard-config.ts";
import { durationMs, type DurationMs } from "#core/units.ts";
import { readAddress, writeAddress } from "./address.ts";
import { Charts, type ChartLook } from "./charts.ts";
import { Controls } from "./controls.ts";
import { byId, setText } from "./element.ts";
import { Feed } from "./feed.ts";
import { KeptSymbols } from "./kept-symbols.ts";
import type { Overseen } from "./operations/overseer.ts";
import { Probe } from "./operations/probe.ts";
import { showSource } from "./operations/source-label.ts";
import { paced } from "./paced.ts";
import { passOf, type PassOf } from "./passes.ts";
import { Standings } from "./standings.ts";
import { Status } from "./status.ts";
import { SymbolList } from "./symbol-list.ts";
import { readTheme, watchTheme, type Theme } from "./theme.ts";
import type { WatchDesk } from "./watch-desk.ts";
import { CHART_BARS, chartWishes, type ChartWishes } from "./wishes.ts";

/** What tests and tools may read of the page. */
export interface Dash extends ChartLook {
  readonly state: string;
  readonly symbol: string;
  readonly interval: string;
  /** Whether all that is shown has been answered by the server. */
  readonly isWhole: boolean;
  /** The bars on the chart, as rows of the export's columns. */
  readonly bars: readonly (readonly (string | number)[])[];
  /** What is said of each of them, null where nothing is yet. */
  readonly statuses: readonly (BarStatus | null)[];
  /** What watches over the page, undefined before it is loaded. */
  readonly overseen: Overseen | undefined;
}

const STATE_MS = 250;
/** So long what was chosen before stays on screen while the server answers, lest it flicker. */
const PATIENCE_MS = 500;
/** The page is painted no more often than this, however many updates come. */
const PAINT_MS = 50;
/** The watchlist does not wait longer than this for the first chart. */
const BEGIN_MS = 2_000;
/** Who runs through the list does not ask for each symbol on the way. */
const WISH_MS = 150;

/** The page at work: its parts, what the reader chose, and what is shown of it. */
export class Dashboard {
  readonly #config: DashboardConfig;
  readonly #offeredMs: readonly DurationMs[];
  readonly #passOf: PassOf;
  readonly #list: SymbolList;
  readonly #feed: Feed;
  readonly #probe: Probe;
  readonly #status: Status;
  #desk: WatchDesk | undefined;
  readonly #controls: Controls;
  readonly #standings = new Standings();
  #drawn: Charts | undefined;
  #theme: Theme = readTheme();
  #symbol: string;
  #interval: string;
  /** How many bars the charts have, if their interval is short. */
  #barCount: number = CHART_BARS.first;
  #chosenAtMs = 0;
  #isDirty = false;
  /** Set when a chart has been drawn, or waited for long enough. */
  #begun: Promise<void> | undefined;

  constructor(config: DashboardConfig, openSocket: () => WebSocket) {
    this.#config = config;
    this.#offeredMs = config.intervals.map(msOf);
    this.#passOf = passOf(config.passes);
    this.#list = new SymbolList(config.symbols, new KeptSymbols(() => localStorage));
    this.#feed = new Feed({
      openSocket,
      connectionMs: config.connectionMs,
      onChange: () => this.#touch(),
      onFault: ({ message }) => this.#status.complain(message),
      onMessage: (message, bytes) => this.#probe.overseer?.took(message, bytes),
      onSymbols: (symbols) => this.#desk?.take(symbols),
    });
    this.#probe = new Probe(this.#feed, config);
    this.#status = new Status(this.#feed);
    this.#controls = new Controls(config.intervals, (interval) => this.#choose(this.#symbol, interval));
    showSource(config);
    const [symbol, interval] = readAddress();
    this.#list.join([symbol]);
    this.#feed.watch("watch", this.#list.own);
    this.#symbol = this.#list.has(symbol) ? symbol : (config.symbols.at(-1) ?? "");
    this.#interval = config.intervals.includes(interval) ? interval : (config.intervals[1] ?? config.intervals[0]!);
    this.#listen();
    this.#choose(this.#symbol, this.#interval);
    setInterval(() => this.#tick(), STATE_MS);
  }

  /** What the page shows now. */
  look(): Dash {
    return {
      state: this.#feed.state.kind,
      symbol: this.#symbol,
      interval: this.#interval,
      isWhole: this.#isShown && !this.#feed.isAwaiting && this.#desk !== undefined,
      bars: this.#charts.bars.map(barRow),
      statuses: this.#charts.bars.map((bar) => this.#standings.of(bar).status ?? null),
      ...this.#charts.look(),
      overseen: this.#probe.overseer?.seen,
    };
  }

  get #shown(): ChartWishes {
    return chartWishes(this.#symbol, msOf(this.#interval), this.#offeredMs, this.#barCount);
  }

  /** Made when there is something to draw: an empty chart takes as long to paint as a full one. */
  get #charts(): Charts {
    return (this.#drawn ??= new Charts(this.#theme, this.#passOf, this.#standings.of, () => this.#askOlder()));
  }

  get #isShown(): boolean {
    return this.#drawn?.shows(this.#symbol, msOf(this.#interval)) ?? false;
  }

  #listen(): void {
    document.addEventListener("visibilitychange", () => {
      this.#feed.connectNow();
      this.#touch();
    });
    window.addEventListener("online", () => this.#feed.connectNow());
    watchTheme((theme) => {
      this.#theme = theme;
      this.#drawn?.paint(theme);
      this.#touch();
    });
  }

  #add(symbols: readonly string[]): void {
    this.#feed.watch("watch", this.#list.add(symbols));
    this.#desk?.refresh();
    this.#wish();
  }

  #remove(symbols: readonly string[]): void {
    const place = this.#list.symbols.indexOf(this.#symbol);
    for (const each of symbols) this.#list.remove(each);
    this.#feed.watch("unwatch", symbols);
    this.#desk?.refresh();
    const neighbour = this.#list.symbols.at(Math.min(place, this.#list.symbols.length - 1)) ?? "";
    this.#choose(this.#list.has(this.#symbol) ? this.#symbol : neighbour, this.#interval);
    this.#desk?.focus();
  }

  #choose(symbol: string, interval: string): void {
    this.#symbol = symbol;
    this.#interval = interval;
    this.#chosenAtMs = performance.now();
    this.#barCount = CHART_BARS.first;
    writeAddress(symbol, interval);
    this.#desk?.select(symbol);
    this.#controls.select(interval);
    setText(byId("title"), symbol);
    byId("title").title = symbol;
    this.#wish();
    this.#touch();
  }

  #askOlder(): void {
    this.#barCount = CHART_BARS.most;
    this.#wish();
  }

  readonly #wish = paced(WISH_MS, () => this.#wishNow());

  /** The bars on the chart come first; all else is asked for when they are drawn. */
  #wishNow(): void {
    const { bars, fine } = this.#shown;
    const charts = this.#symbol === "" ? [] : bars === fine ? [bars] : [bars, fine];
    this.#feed.wish(this.#desk === undefined ? charts.slice(0, 1) : [...charts, ...this.#desk.wishes]);
  }

  /** The watchlist comes when the first chart is drawn, or has been waited for. */
  async #begin(): Promise<void> {
    const { WatchDesk: Desk } = await import("./watch-desk.ts");
    this.#desk = new Desk({
      list: this.#list,
      offeredMs: this.#offeredMs,
      passes: this.#config.passes,
      passOf: this.#passOf,
      register: () => this.#feed.register,
      choose: (symbol) => this.#choose(symbol, this.#interval),
      add: (symbols) => this.#add(symbols),
      remove: (symbols) => this.#remove(symbols),
      ask: () => this.#feed.askSymbols(),
    });
    this.#desk.select(this.#symbol);
    this.#wishNow();
    this.#touch();
  }

  #touch(): void {
    if (!this.#isDirty) this.#paint();
    this.#isDirty = true;
  }

  readonly #paint = paced(PAINT_MS, () =>
    requestAnimationFrame(() => {
      this.#isDirty = false;
      this.#show();
    }),
  );

  /** What changes with time alone. */
  #tick(): void {
    this.#status.show();
    if (performance.now() > BEGIN_MS) this.#begun ??= this.#begin();
    this.#desk?.settle();
    if (!document.hidden) this.#desk?.show(this.#theme, this.#symbol);
    if (!this.#isShown) this.#showCharts();
  }

  #show(): void {
    this.#desk?.show(this.#theme, this.#symbol);
    this.#showCharts();
    this.#status.show();
    this.#probe.overseer?.shown();
  }

  #clear(words: string): void {
    this.#drawn?.clear(words);
    setText(byId("empty"), words);
    byId("empty").hidden = false;
  }

  #showCharts(): void {
    const { bars, fine } = this.#shown;
    if (this.#symbol === "") return this.#clear("No symbol is chosen.");
    if (!this.#feed.knows(bars)) {
      if (this.#isShown) return;
      const isLate = performance.now() - this.#chosenAtMs > PATIENCE_MS || this.#feed.state.kind === "waiting";
      if (isLate) this.#clear(`Bars of ${this.#symbol} in ${this.#interval} come when the server answers.`);
      return;
    }
    const { register, progress } = this.#feed;
    const shown = register.bars(this.#symbol, bars.intervalMs);
    this.#standings.look(shown, progress);
    this.#charts.show({
      symbol: this.#symbol,
      intervalMs: bars.intervalMs,
      bars: shown,
      fine: this.#feed.knows(fine) ? register.bars(this.#symbol, fine.intervalMs).slice(-fine.bars) : [],
      emptyWords: this.#desk?.emptyWords(this.#symbol) ?? "",
      canAskOlder: this.#barCount < CHART_BARS.most,
      barsOf: (symbol) => this.#desk?.barsOf(symbol) ?? [],
    });
    if (this.#begun === undefined) setTimeout(() => (this.#begun ??= this.#begin()));
  }
}

const msOf = (interval: string): DurationMs => readInterval(interval) ?? durationMs(60_000);
