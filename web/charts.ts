import type { Bar } from "#core/bar.ts";
import { intervalText } from "#core/interval.ts";
import type { DurationMs } from "#core/units.ts";
import { AveragePanel } from "./average-panel.ts";
import { timesOf } from "./axis.ts";
import { BarsPanel } from "./bars-panel.ts";
import { byId, setText } from "./element.ts";
import { showLegend } from "./legend.ts";
import { Link } from "./link.ts";
import type { StandingOf } from "./standings.ts";
import { seamsOf, type PassOf } from "./passes.ts";
import type { ChartTime } from "./points.ts";
import type { Theme } from "./theme.ts";
import { chartWords } from "./words.ts";

/** What the charts show of one symbol and interval. */
export interface View {
  readonly symbol: string;
  readonly intervalMs: DurationMs;
  /** In order. */
  readonly bars: readonly Bar[];
  /** The same time in shorter bars, for the line of the price itself. */
  readonly fine: readonly Bar[];
  /** What to say where there are no bars. */
  readonly emptyWords: string;
}

/** The two charts with what is said of them. Both show the same time. */
export class Charts {
  readonly #upper: BarsPanel;
  readonly #lower: AveragePanel;
  readonly #link: Link;
  readonly #passOf: PassOf;
  readonly #standingOf: StandingOf;
  #pointed: ChartTime | undefined;
  /** Symbol and interval of what is shown. */
  #key = "";

  constructor(theme: Theme, passOf: PassOf, standingOf: StandingOf) {
    this.#passOf = passOf;
    this.#standingOf = standingOf;
    this.#upper = new BarsPanel(byId("bars"), theme, passOf, standingOf);
    this.#lower = new AveragePanel(byId("average"), theme, passOf, standingOf);
    this.#link = new Link(this.#upper, this.#lower, {
      onPoint: (time) => {
        this.#pointed = time;
        this.#showLegend();
      },
      onResize: () => this.#upper.fit(),
    });
  }

  /** The bars shown. */
  get bars(): readonly Bar[] {
    return this.#upper.bars;
  }

  /** The candles as the chart has them. */
  get candles(): readonly unknown[] {
    return this.#upper.candles;
  }

  /** When the bars start that are marked. */
  get marks(): readonly ChartTime[] {
    return this.#upper.marks;
  }

  /** The time that each chart shows, from its left end to its right one. */
  get ranges(): readonly (readonly [ChartTime, ChartTime])[] {
    return [this.#upper, this.#lower].flatMap(({ chart, axis }) => {
      const range = chart.timeScale().getVisibleLogicalRange();
      return range === null || axis.times.length === 0 ? [] : [timesOf(axis, range)];
    });
  }

  /** Whether this symbol and interval are shown. */
  shows(symbol: string, intervalMs: DurationMs): boolean {
    return this.#key === keyOf(symbol, intervalMs);
  }

  show({ symbol, intervalMs, bars, fine, emptyWords }: View): void {
    const isFirst = !this.shows(symbol, intervalMs) || (this.bars.length === 0 && bars.length > 0);
    this.#key = keyOf(symbol, intervalMs);
    if (isFirst) this.#link.reset();
    this.#lower.show(fine, bars, isFirst);
    this.#upper.show(bars, intervalMs, isFirst);
    this.#link.align();
    setText(byId("meanKey"), `Average of each ${intervalText(intervalMs)}`);
    byId("seamKey").hidden = seamsOf(fine, this.#passOf).length === 0;
    byId("openKey").hidden = !this.#lower.isOpen;
    this.#say(bars.length > 0 ? "" : emptyWords);
    this.#showLegend();
  }

  /** Shows nothing but these words. */
  clear(words: string): void {
    if (this.#key !== "") {
      this.#key = "";
      this.#upper.show([], this.#lower.axis.step * 1_000, false);
      this.#lower.show([], [], false);
      setText(byId("meanKey"), "Average");
      byId("seamKey").hidden = true;
      this.#showLegend();
    }
    this.#say(words);
  }

  paint(theme: Theme): void {
    this.#upper.paint(theme);
    this.#lower.paint(theme);
  }

  #say(words: string): void {
    byId("empty").hidden = words === "";
    setText(byId("empty"), words);
  }

  #showLegend(): void {
    const pointed = this.#pointed === undefined ? undefined : this.#upper.barAt(this.#pointed);
    const newest = this.bars.at(-1);
    const bar = pointed ?? newest;
    const correctedBars = this.marks.length;
    if (bar === undefined) byId("legend").replaceChildren();
    else showLegend(byId("legend"), { bar, passOf: this.#passOf, standing: this.#standingOf(bar), correctedBars });
    byId("bars").ariaLabel = chartWords(this.bars.length, newest && this.#standingOf(newest).status, correctedBars);
  }
}

const keyOf = (symbol: string, intervalMs: DurationMs): string => `${intervalMs}|${symbol}`;
