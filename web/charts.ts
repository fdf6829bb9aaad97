import type { IChartApi, ISeriesApi } from "lightweight-charts";
import type { Bar } from "#core/bar.ts";
import { intervalText } from "#core/interval.ts";
import type { DurationMs } from "#core/units.ts";
import { AveragePanel } from "./average-panel.ts";
import { timesOf, type Axis, type LogicalSpan } from "./axis.ts";
import { BarsPanel, type Stroke } from "./bars-panel.ts";
import type { ChartTools, ChartView } from "./chart-view.ts";
import { byId, setText } from "./element.ts";
import { Legend } from "./legend.ts";
import { Link } from "./link.ts";
import type { StandingOf } from "./standings.ts";
import { seamsOf, type PassOf } from "./passes.ts";
import type { ChartTime } from "./points.ts";
import type { Theme } from "./theme.ts";
import { chartWords, countWords } from "./words.ts";

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
  /** Whether older bars can be asked for. */
  readonly canAskOlder: boolean;
  /** The shortest bars known of any symbol, in order. */
  readonly barsOf: (symbol: string) => readonly Bar[];
}

/** What tests and tools may read of the charts. */
export interface ChartLook {
  /** When the bars start that are marked, in seconds since 1970. */
  readonly marks: readonly ChartTime[];
  /** The candles as the chart library has them. */
  readonly candles: readonly unknown[];
  /** The lines over the candles that the reader chose, undefined before they can choose. */
  readonly lines: ChartTools["lines"] | undefined;
  /** When the bar starts that is pointed at, in milliseconds since 1970. */
  readonly pointedMs: number | undefined;
  /** The time that the upper and the lower chart show, in seconds since 1970. */
  readonly ranges: readonly (readonly [ChartTime, ChartTime])[];
}

/** So long after the last attempt to bring the tools another one is made. */
const TOOLS_AGAIN_MS = 5_000;

/** The two charts with what is said of them. Both show the same time. */
export class Charts implements ChartView {
  readonly passOf: PassOf;
  readonly standingOf: StandingOf;
  readonly askOlder: () => void;
  theme: Theme;
  key = "";
  symbol = "";
  canAskOlder = false;
  barsOf: ChartView["barsOf"] = () => [];
  readonly #upper: BarsPanel;
  readonly #lower: AveragePanel;
  readonly #link: Link;
  readonly #legend = new Legend(byId("legend"));
  #tools: ChartTools | "coming" | undefined;

  /** `askOlder` is called when the reader wants to see older bars. */
  constructor(theme: Theme, passOf: PassOf, standingOf: StandingOf, askOlder: () => void) {
    this.theme = theme;
    this.passOf = passOf;
    this.standingOf = standingOf;
    this.askOlder = askOlder;
    this.#upper = new BarsPanel(byId("bars"), theme, passOf, standingOf);
    this.#lower = new AveragePanel(byId("average"), theme, passOf, standingOf);
    this.#link = new Link(this.#upper, this.#lower, {
      onPoint: () => this.#showLegend(),
      onResize: () => this.#upper.fit(),
    });
  }

  get chart(): IChartApi {
    return this.#upper.chart;
  }

  get axis(): Axis {
    return this.#upper.axis;
  }

  get bars(): readonly Bar[] {
    return this.#upper.bars;
  }

  get span(): LogicalSpan | undefined {
    return this.axis.times.length === 0 ? undefined : this.#link.span;
  }

  get precision(): number {
    return this.#upper.precision;
  }

  get pointed(): Bar | undefined {
    return this.#link.time === undefined ? undefined : this.#upper.barAt(this.#link.time);
  }

  get isMoved(): boolean {
    return this.#link.isMoved;
  }

  /** What the charts show now. */
  look(): ChartLook {
    const ranges = [this.#upper, this.#lower].flatMap(({ chart, axis }) => {
      const range = chart.timeScale().getVisibleLogicalRange();
      return range === null || axis.times.length === 0 ? [] : [timesOf(axis, range)];
    });
    return {
      marks: this.#upper.marks,
      candles: this.#upper.candles,
      lines: typeof this.#tools === "object" ? this.#tools.lines : undefined,
      pointedMs: this.pointed?.startMs,
      ranges,
    };
  }

  /** Whether this symbol and interval are shown. */
  shows(symbol: string, intervalMs: DurationMs): boolean {
    return this.key === keyOf(symbol, intervalMs);
  }

  show({ symbol, intervalMs, bars, fine, emptyWords, canAskOlder, barsOf }: View): void {
    const isFirst = !this.shows(symbol, intervalMs) || (this.bars.length === 0 && bars.length > 0);
    this.key = keyOf(symbol, intervalMs);
    this.symbol = symbol;
    this.canAskOlder = canAskOlder;
    this.barsOf = barsOf;
    if (isFirst) {
      this.#link.reset();
      this.#legend.clear();
    }
    this.#lower.show(fine, bars, intervalMs, isFirst);
    this.#upper.show(bars, intervalMs, isFirst);
    this.#link.align();
    setText(byId("meanKey"), `Average of each ${intervalText(intervalMs)}`);
    byId("seamKey").hidden = seamsOf(fine, this.passOf).length === 0;
    byId("openKey").hidden = !this.#lower.isOpen;
    this.#say(bars.length > 0 ? "" : emptyWords);
    this.#showLegend();
    if (typeof this.#tools === "object") this.#tools.show();
    else if (bars.length > 0) void this.#bringTools();
  }

  /** Shows nothing but these words. */
  clear(words: string): void {
    if (this.key !== "") {
      this.key = "";
      this.#upper.show([], this.#lower.axis.step * 1_000, false);
      this.#lower.show([], [], 0, false);
      setText(byId("meanKey"), "Average");
      byId("seamKey").hidden = true;
      this.#showLegend();
      if (typeof this.#tools === "object") this.#tools.show();
    }
    this.#say(words);
  }

  paint(theme: Theme): void {
    this.theme = theme;
    this.#upper.paint(theme);
    this.#lower.paint(theme);
  }

  barAt(time: ChartTime): Bar | undefined {
    return this.#upper.barAt(time);
  }

  addLine(stroke: Stroke): ISeriesApi<"Line"> {
    return this.#upper.addLine(stroke);
  }

  markPrice(price: number, title: string): () => void {
    return this.#upper.markPrice(price, title);
  }

  pointAt(time: ChartTime | undefined): void {
    this.#link.pointAt(time);
  }

  showSpan(span: LogicalSpan): void {
    this.#link.showSpan(span);
  }

  #say(words: string): void {
    byId("empty").hidden = words === "";
    setText(byId("empty"), words);
  }

  #showLegend(): void {
    const newest = this.bars.at(-1);
    const bar = this.pointed ?? newest;
    const { passOf, precision } = this;
    const { marks } = this.#upper;
    if (bar === undefined) this.#legend.clear();
    else this.#legend.show({ bar, passOf, precision, standing: this.standingOf(bar) });
    byId("correctedKey").hidden = marks.length === 0;
    setText(byId("correctedKey"), `${countWords(marks.length, "bar")} corrected`);
    const words = chartWords(this.bars.length, newest && this.standingOf(newest).status, marks.length);
    if (byId("bars").ariaLabel !== words) byId("bars").ariaLabel = words;
    if (typeof this.#tools === "object") this.#tools.point();
  }

  /** Only now that there is something to work on, and again while the server does not give them. */
  async #bringTools(): Promise<void> {
    if (this.#tools !== undefined) return;
    this.#tools = "coming";
    const brought = await import("./chart-tools.ts").catch(() => undefined);
    if (brought === undefined) return void setTimeout(() => (this.#tools = undefined), TOOLS_AGAIN_MS);
    this.#tools = brought.createTools(this);
    this.#tools.show();
  }
}

const keyOf = (symbol: string, intervalMs: DurationMs): string => `${intervalMs}|${symbol}`;
