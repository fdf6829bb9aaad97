import { barRow } from "#core/bar-row.ts";
import type { BarStatus } from "#core/bar-status.ts";
import type { Bar } from "#core/bar.ts";
import { readInterval } from "#core/interval.ts";
import { durationMs, type DurationMs } from "#core/units.ts";
import { Charts, type ChartLook } from "./charts.ts";
import type { Choice } from "./choice.ts";
import { byId, setText } from "./element.ts";
import type { Feed } from "./feed.ts";
import type { PassOf } from "./passes.ts";
import { Standings } from "./standings.ts";
import type { Theme } from "./theme.ts";
import { CHART_BARS, chartWishes, type ChartWishes } from "./wishes.ts";

/** What of the charts tests and tools may read. */
export interface StageLook extends ChartLook {
  /** The bars on the chart, as rows of the export's columns. */
  readonly bars: readonly (readonly (string | number)[])[];
  /** What is said of each of them, null where nothing is yet. */
  readonly statuses: readonly (BarStatus | null)[];
}

export interface StageDeps {
  readonly feed: Feed;
  readonly intervals: readonly string[];
  readonly passOf: PassOf;
  readonly theme: Theme;
  /** Called when more bars are wanted than before. */
  readonly onWish: () => void;
}

/** What the charts are told by others. */
export interface StageView {
  /** Said where there are no bars, and where it is not known whether there are. */
  readonly emptyWords?: string;
  readonly lateWords?: string;
  /** The bars that are known of any symbol of the watchlist. */
  readonly barsOf: (symbol: string) => readonly Bar[];
}

/** So long what was chosen before stays on screen while the server answers, lest it flicker. */
const PATIENCE_MS = 500;

/** The charts of what the reader chose, or words where there are no bars. */
export class ChartStage {
  readonly #deps: StageDeps;
  readonly #offeredMs: readonly DurationMs[];
  readonly #standings = new Standings();
  #theme: Theme;
  #drawn: Charts | undefined;
  #choice: Choice = { symbol: "", interval: "" };
  #chosenAtMs = 0;
  /** How many bars the charts have, if their interval is short. */
  #barCount: number = CHART_BARS.first;

  constructor(deps: StageDeps) {
    this.#deps = deps;
    this.#offeredMs = deps.intervals.map(msOf);
    this.#theme = deps.theme;
  }

  /** What the charts want to know. */
  get wishes(): ChartWishes {
    const { symbol, interval } = this.#choice;
    return chartWishes(symbol, msOf(interval), this.#offeredMs, this.#barCount);
  }

  /** Whether what is chosen is on the screen. */
  get isShown(): boolean {
    const { symbol, interval } = this.#choice;
    return this.#drawn?.shows(symbol, msOf(interval)) ?? false;
  }

  look(): StageLook {
    const { bars } = this.#charts;
    const statuses = bars.map((bar) => this.#standings.of(bar).status ?? null);
    return { bars: bars.map(barRow), statuses, ...this.#charts.look() };
  }

  choose(choice: Choice): void {
    this.#choice = choice;
    this.#chosenAtMs = performance.now();
    this.#barCount = CHART_BARS.first;
  }

  paint(theme: Theme): void {
    this.#theme = theme;
    this.#drawn?.paint(theme);
  }

  /** Shows what is known of the choice; whether it is on the screen then. */
  show({ emptyWords = "", lateWords = "", barsOf }: StageView): boolean {
    const { symbol } = this.#choice;
    const { bars, fine } = this.wishes;
    const { feed } = this.#deps;
    if (symbol === "") return this.#clear("No symbol is chosen.");
    if (!feed.knows(bars)) {
      const isLate = performance.now() - this.#chosenAtMs > PATIENCE_MS || feed.state.kind === "waiting";
      return this.isShown || !isLate || this.#clear(lateWords);
    }
    const { register, progress } = feed;
    const shown = register.bars(symbol, bars.intervalMs);
    this.#standings.look(shown, progress);
    this.#charts.show({
      symbol,
      intervalMs: bars.intervalMs,
      bars: shown,
      fine: feed.knows(fine) ? register.bars(symbol, fine.intervalMs).slice(-fine.bars) : [],
      emptyWords,
      canAskOlder: this.#barCount < CHART_BARS.most,
      barsOf,
    });
    return true;
  }

  /** Made when there is something to draw: an empty chart takes as long to paint as a full one. */
  get #charts(): Charts {
    const { passOf } = this.#deps;
    return (this.#drawn ??= new Charts(this.#theme, passOf, this.#standings.of, () => this.#askOlder()));
  }

  #askOlder(): void {
    this.#barCount = CHART_BARS.most;
    this.#deps.onWish();
  }

  #clear(words: string): false {
    this.#drawn?.clear(words);
    setText(byId("empty"), words);
    byId("empty").hidden = false;
    return false;
  }
}

const msOf = (interval: string): DurationMs => readInterval(interval) ?? durationMs(60_000);
