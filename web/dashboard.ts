import type { DashboardConfig } from "#core/protocol/dashboard-config.ts";
import { Address } from "./address.ts";
import { ChartStage, type StageLook } from "./chart-stage.ts";
import { choiceOf, type Choice } from "./choice.ts";
import { Controls } from "./controls.ts";
import { byId, setText } from "./element.ts";
import { Feed, type FeedOptions } from "./feed.ts";
import { KeptSymbols } from "./kept-symbols.ts";
import { later } from "./later.ts";
import type { Notice } from "./notices.ts";
import type { Overseen } from "./operations/overseer.ts";
import { Probe } from "./operations/probe.ts";
import { showSource } from "./operations/source-label.ts";
import { paced } from "./paced.ts";
import { passOf, type PassOf } from "./passes.ts";
import type { SignIn } from "./sign-in/sign-in.ts";
import type { Status } from "./status.ts";
import { Suggestions } from "./suggestions.ts";
import { SymbolList } from "./symbol-list.ts";
import { SymbolNames } from "./symbol-names.ts";
import { readTheme, watchTheme, type Theme } from "./theme.ts";
import type { WatchDesk } from "./watch-desk.ts";

/** What tests and tools may read of the page. */
export interface Dash extends StageLook, Choice {
  readonly state: string;
  /** Whether all that is shown has been answered by the server. */
  readonly isWhole: boolean;
  /** What watches over the page, undefined before it is loaded. */
  readonly overseen: Overseen | undefined;
}

const STATE_MS = 250;
/** The page is painted no more often than this, however many updates come. */
const PAINT_MS = 50;
/** The watchlist does not wait longer than this for the first chart. */
const BEGIN_MS = 2_000;
/** Who runs through the list does not ask for each symbol on the way. */
const WISH_MS = 150;

/** The page at work: its parts, what the reader chose, and what is shown of it. */
export class Dashboard {
  readonly #config: DashboardConfig;
  readonly #signIn: SignIn | undefined;
  readonly #passOf: PassOf;
  readonly #address = new Address(() => this.#follow());
  readonly #feed: Feed;
  readonly #probe: Probe;
  readonly #notices: Notice[] = [];
  readonly #known = new Suggestions();
  readonly #list: SymbolList;
  readonly #names: SymbolNames;
  readonly #controls: Controls;
  readonly #stage: ChartStage;
  #status: Status | undefined;
  #desk: WatchDesk | undefined;
  #theme: Theme = readTheme();
  #choice: Choice;
  #isDirty = false;
  /** Set when a chart has been drawn, or waited for long enough. */
  #begun: Promise<void> | undefined;

  constructor(config: DashboardConfig, openSocket: FeedOptions["openSocket"], signIn: SignIn | undefined) {
    this.#config = config;
    this.#signIn = signIn;
    this.#passOf = passOf(config.passes);
    const { intervals, symbols } = config;
    this.#feed = new Feed({
      openSocket,
      connectionMs: config.connectionMs,
      onChange: () => this.#touch(),
      onFault: (fault) => this.#notices.push(fault),
      onMessage: (message, bytes) => this.#probe.overseer?.took(message, bytes),
      onSymbols: (part) => {
        this.#names.learn(part);
        this.#desk?.refresh();
      },
    });
    this.#probe = new Probe(this.#feed, config);
    this.#controls = new Controls(intervals, (interval) => this.#choose({ ...this.#choice, interval }));
    const onWish = (): void => this.#wish();
    this.#stage = new ChartStage({ feed: this.#feed, intervals, passOf: this.#passOf, theme: this.#theme, onWish });
    showSource(config);
    const kept = new KeptSymbols(() => localStorage);
    this.#list = new SymbolList(symbols, kept);
    const [list, feed, known] = [this.#list, this.#feed, this.#known];
    this.#names = new SymbolNames({ list, kept, known, feed, onChange: (spellings) => this.#respell(spellings) });
    this.#choice = { symbol: symbols.at(-1) ?? "", interval: intervals[1] ?? intervals[0]! };
    this.#listen();
    this.#follow();
    void this.#loadStatus();
    setInterval(() => this.#tick(), STATE_MS);
  }

  /** What the page shows now. */
  look(): Dash {
    return {
      ...this.#choice,
      ...this.#stage.look(),
      state: this.#feed.state.kind,
      isWhole: this.#stage.isShown && !this.#feed.isAwaiting && this.#desk !== undefined,
      overseen: this.#probe.overseer?.seen,
    };
  }

  #listen(): void {
    document.addEventListener("visibilitychange", () => this.#touch());
    watchTheme((theme) => {
      this.#theme = theme;
      this.#stage.paint(theme);
      this.#touch();
    });
  }

  /** Shows what the address names. */
  #follow(): void {
    const { symbol, interval, notices } = choiceOf(this.#address.read(), this.#config.intervals, this.#choice);
    this.#notices.push(...notices);
    const spelling = symbol && this.#names.spellingOf(symbol);
    this.#names.watch(this.#list.join([spelling]));
    this.#choose({ symbol: spelling, interval });
  }

  /** Goes on with a list that another tab changed, or whose symbols are written in another way. */
  #respell(spellings: ReadonlyMap<string, string>): void {
    const { symbol, interval } = this.#choice;
    const right = spellings.get(symbol) ?? symbol;
    this.#choose({ symbol: this.#list.has(right) ? right : (this.#list.symbols.at(-1) ?? ""), interval });
  }

  #add(symbols: readonly string[]): void {
    this.#names.watch(this.#list.add(symbols));
    this.#desk?.refresh();
    this.#wish();
  }

  #remove(symbols: readonly string[]): void {
    const { symbol, interval } = this.#choice;
    const place = this.#list.symbols.indexOf(symbol);
    this.#names.forget(symbols);
    const neighbour = this.#list.symbols.at(Math.min(place, this.#list.symbols.length - 1)) ?? "";
    this.#choose({ symbol: this.#list.has(symbol) ? symbol : neighbour, interval });
    this.#desk?.focus();
  }

  #choose(choice: Choice): void {
    const { symbol, interval } = (this.#choice = choice);
    this.#stage.choose(choice);
    this.#address.write({ s: symbol, i: interval });
    this.#desk?.select(symbol);
    this.#controls.select(interval);
    setText(byId("title"), symbol);
    byId("title").title = symbol;
    this.#wish();
    this.#touch();
  }

  readonly #wish = paced(WISH_MS, () => this.#wishNow());

  /** The bars on the chart come first; all else is asked for when they are drawn. */
  #wishNow(): void {
    const { bars, fine } = this.#stage.wishes;
    const charts = this.#choice.symbol === "" ? [] : bars === fine ? [bars] : [bars, fine];
    this.#feed.wish(this.#desk === undefined ? charts.slice(0, 1) : [...charts, ...this.#desk.wishes]);
  }

  async #loadStatus(): Promise<void> {
    const { Status: Loaded } = await later(() => import("./status.ts"));
    this.#status = new Loaded(this.#feed, this.#config, this.#known, this.#notices, this.#signIn);
    this.#touch();
  }

  /** The watchlist comes when the first chart is drawn, or has been waited for. */
  async #begin(): Promise<void> {
    const { WatchDesk: Desk } = await later(() => import("./watch-desk.ts"));
    this.#desk = new Desk({
      list: this.#list,
      known: this.#known,
      intervals: this.#config.intervals,
      passes: this.#config.passes,
      passOf: this.#passOf,
      register: () => this.#feed.register,
      choose: (symbol) => this.#choose({ ...this.#choice, symbol }),
      add: (symbols) => this.#add(symbols),
      remove: (symbols) => this.#remove(symbols),
      ask: () => this.#feed.askSymbols(),
    });
    this.#desk.select(this.#choice.symbol);
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
    if (performance.now() > BEGIN_MS) this.#begun ??= this.#begin();
    this.#desk?.settle();
    if (document.hidden) return;
    this.#desk?.show(this.#theme, this.#choice.symbol);
    this.#status?.show(this.#choice);
    if (!this.#stage.isShown) this.#showCharts();
  }

  #show(): void {
    this.#desk?.show(this.#theme, this.#choice.symbol);
    this.#showCharts();
    this.#status?.show(this.#choice);
    this.#probe.overseer?.shown();
  }

  #showCharts(): void {
    const words = this.#status?.chartWords(this.#choice);
    this.#stage.show({ ...words, barsOf: (symbol) => this.#desk?.barsOf(symbol) ?? [] });
    if (this.#begun === undefined && this.#stage.isShown) setTimeout(() => (this.#begun ??= this.#begin()));
  }
}
