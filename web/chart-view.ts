import type { IChartApi, ISeriesApi } from "lightweight-charts";
import type { Bar } from "#core/bar.ts";
import type { Axis, LogicalSpan } from "./axis.ts";
import type { Stroke } from "./bars-panel.ts";
import type { PassOf } from "./passes.ts";
import type { ChartTime } from "./points.ts";
import type { StandingOf } from "./standings.ts";
import type { Theme } from "./theme.ts";

/** The charts, as tools see them that come once the charts are drawn. */
export interface ChartView {
  /** The chart of the candles, which the other one follows. */
  readonly chart: IChartApi;
  readonly axis: Axis;
  /** What it shows of its places, or is about to show; undefined where it shows nothing. */
  readonly span: LogicalSpan | undefined;
  readonly theme: Theme;
  /** Symbol and interval of what is shown, empty where nothing is. */
  readonly key: string;
  readonly symbol: string;
  /** The bars shown, in order. */
  readonly bars: readonly Bar[];
  /** Decimals of the symbol's prices. */
  readonly precision: number;
  readonly passOf: PassOf;
  readonly standingOf: StandingOf;
  /** The bar that the legend tells of because it is pointed at, undefined where none is. */
  readonly pointed: Bar | undefined;
  /** Whether the reader moved the charts, which otherwise show the newest bars. */
  readonly isMoved: boolean;
  /** Whether older bars can be asked for. */
  readonly canAskOlder: boolean;
  /** The last bar that starts at an instant or before it. */
  barAt(time: ChartTime): Bar | undefined;
  /** Adds a line over the candles. */
  addLine(stroke: Stroke): ISeriesApi<"Line">;
  /** Draws a line at a price, and returns what takes it off again. */
  markPrice(price: number, title: string): () => void;
  /** The shortest bars known of any symbol, in order. */
  barsOf(symbol: string): readonly Bar[];
  /** Points both charts at the bar that starts at an instant, or at none; a pointer that moves takes over. */
  pointAt(time: ChartTime | undefined): void;
  /** Shows what the reader wants: from now on nothing but them moves it. */
  showSpan(span: LogicalSpan): void;
  askOlder(): void;
}

/** What comes to a chart once it is drawn. */
export interface ChartTools {
  /** The lines over the candles, by what they are, as the chart has them. */
  readonly lines: Readonly<Record<string, readonly unknown[]>>;
  /** Takes in what the charts show now. */
  show(): void;
  /** Takes in what is pointed at. */
  point(): void;
}
