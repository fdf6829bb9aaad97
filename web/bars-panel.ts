import {
  CandlestickSeries,
  HistogramSeries,
  LineSeries,
  LineStyle,
  type IChartApi,
  type ISeriesApi,
} from "lightweight-charts";
import type { Bar } from "#core/bar.ts";
import { placeAt, type Axis } from "./axis.ts";
import { Line } from "./line.ts";
import { Marks } from "./marks.ts";
import { createPanel, NO_WORDS, panelOptions, type Mark, type Panel } from "./panel.ts";
import { seamsOf, sections, type PassOf } from "./passes.ts";
import {
  candleOf,
  evenly,
  meanOf,
  numberOf,
  type CandlePoint,
  type ChartTime,
  type GapPoint,
  type ValuePoint,
} from "./points.ts";
import { Seams } from "./seams.ts";
import type { StandingOf } from "./standings.ts";
import { Steps } from "./steps.ts";
import type { Theme } from "./theme.ts";

/** What a bar is drawn with beside its body. */
interface VolumePoint extends ValuePoint {
  readonly color: string;
}

/** A candle, hollow where a colour is given for its body. */
interface BodyPoint extends CandlePoint {
  readonly color?: string;
}

/** How a line over the candles is drawn. */
export type Stroke = "solid" | "dashed" | "dotted";

const STROKES = { solid: LineStyle.Solid, dashed: LineStyle.Dashed, dotted: LineStyle.Dotted } as const;

/** At first a chart shows between so many bars, as far as each has so much room. */
const SHOWN = { least: 40, most: 120, pixels: 8 } as const;
const RIGHT_OFFSET = 3;

/** Candles, volume, and the average of each window as a line of steps. */
export class BarsPanel implements Panel {
  readonly chart: IChartApi;
  axis: Axis = { times: [], step: 1 };
  readonly #passOf: PassOf;
  readonly #standingOf: StandingOf;
  readonly #seams: Seams;
  readonly #candles;
  readonly #volumes;
  readonly #means;
  readonly #marks: Marks;
  #theme: Theme;
  #bars: readonly Bar[] = [];
  #precision = 2;

  constructor(container: HTMLElement, theme: Theme, passOf: PassOf, standingOf: StandingOf) {
    this.#theme = theme;
    this.#passOf = passOf;
    this.#standingOf = standingOf;
    this.chart = createPanel(container, theme, NO_WORDS);
    const volume = this.chart.addSeries(HistogramSeries, {
      priceScaleId: "volume",
      priceFormat: { type: "volume" },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    this.chart.priceScale("right").applyOptions({ scaleMargins: { top: 0.06, bottom: 0.2 } });
    const candle = this.chart.addSeries(CandlestickSeries);
    this.#candles = { series: candle, line: new Line<BodyPoint | GapPoint>(candle) };
    this.#marks = new Marks(this.chart, candle);
    this.#volumes = new Line<VolumePoint>(volume);
    this.#means = new Steps(this.chart, 1);
    this.#seams = new Seams(this.chart);
    this.paint(theme);
  }

  at(time: ChartTime): Mark | undefined {
    const bar = this.barAt(time);
    return bar && { series: this.#candles.series, time: bar.startMs / 1_000, value: candleOf(bar).close };
  }

  /** The last bar that begins at an instant or before it. */
  barAt(time: ChartTime): Bar | undefined {
    return this.#bars[
      placeAt(
        this.#bars.map(({ startMs }) => startMs / 1_000),
        time,
      )
    ];
  }

  /** The bars shown. */
  get bars(): readonly Bar[] {
    return this.#bars;
  }

  /** The candles as the chart has them. */
  get candles(): readonly unknown[] {
    return this.#candles.line.data();
  }

  /** When the bars start that are marked. */
  get marks(): readonly ChartTime[] {
    return this.#marks.times;
  }

  /** Decimals of the prices shown. */
  get precision(): number {
    return this.#precision;
  }

  /** Adds a line over the candles, of their scale. */
  addLine(stroke: Stroke): ISeriesApi<"Line"> {
    const quiet = { lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false } as const;
    return this.chart.addSeries(LineSeries, { ...quiet, lineWidth: 2, lineStyle: STROKES[stroke] });
  }

  /** Draws a line at a price, and returns what takes it off again. */
  markPrice(price: number, title: string): () => void {
    const { series } = this.#candles;
    const line = series.createPriceLine({ price, title, color: this.#theme.muted, lineStyle: LineStyle.LargeDashed });
    return () => series.removePriceLine(line);
  }

  /** Shows `bars`, which must be of one symbol and interval, in order. */
  show(bars: readonly Bar[], intervalMs: number, isNew: boolean): void {
    this.#bars = bars;
    this.#draw(intervalMs);
    const priceFormat = priceFormatOf(bars);
    if (isNew || priceFormat.precision > this.#precision) {
      this.#precision = priceFormat.precision;
      this.#candles.series.applyOptions({ priceFormat });
    }
    if (!isNew) return;
    this.chart.priceScale("right").applyOptions({ autoScale: true });
    this.fit();
  }

  /** Shows the newest bars, as many as have room; nothing where there is no room yet. */
  fit(): void {
    const { width } = this.chart.paneSize();
    if (width === 0 || this.axis.times.length === 0) return;
    const to = this.axis.times.length + RIGHT_OFFSET;
    const room = Math.max(SHOWN.least, Math.min(SHOWN.most, width / SHOWN.pixels));
    this.chart.timeScale().setVisibleLogicalRange({ from: to - Math.max(SHOWN.least, Math.min(room, to)), to });
  }

  paint(theme: Theme): void {
    this.#theme = theme;
    this.#seams.paint(theme.muted);
    this.chart.applyOptions(panelOptions(theme));
    this.#candles.series.applyOptions({
      upColor: theme.up,
      downColor: theme.down,
      borderUpColor: theme.up,
      borderDownColor: theme.down,
      wickUpColor: theme.up,
      wickDownColor: theme.down,
    });
    this.#means.paint(theme.mean);
    this.#marks.paint(theme.corrected);
    const [first] = this.#bars;
    if (first !== undefined) this.#draw(first.intervalMs);
  }

  #draw(intervalMs: number): void {
    const { up, down, upFaint, downFaint, panel } = this.#theme;
    const bodies = this.#bars.map((bar): BodyPoint => {
      const candle = candleOf(bar);
      return this.#standingOf(bar).isForming ? { ...candle, color: panel } : candle;
    });
    const candles = evenly(bodies, intervalMs / 1_000);
    this.#candles.line.show(candles);
    // which otherwise has the colour of the newest body
    const newest = bodies.at(-1);
    const priceLineColor = newest !== undefined && newest.close < newest.open ? down : up;
    this.#candles.series.applyOptions({ priceLineColor });
    this.#marks.show(bodies.filter((_, index) => this.#standingOf(this.#bars[index]!).status === "corrected"));
    this.axis = { times: candles.map(({ time }) => time), step: intervalMs / 1_000 };
    this.#seams.show(
      this.axis,
      seamsOf(this.#bars, this.#passOf).map(({ startMs }) => startMs / 1_000),
    );
    this.#volumes.show(
      this.#bars.map((bar) => {
        const { time, open, close } = candleOf(bar);
        return { time, value: numberOf(bar.content.volume), color: close < open ? downFaint : upFaint };
      }),
    );
    this.#means.show(sections(this.#bars, this.#passOf).map((section) => section.map(meanOf)));
  }
}

/** As many decimals as the prices have, two at least. */
export const priceFormatOf = (bars: readonly Bar[]) => {
  let precision = 2;
  for (const { content } of bars) precision = Math.max(precision, content.high.scale, content.low.scale);
  return { type: "price", precision, minMove: 10 ** -precision } as const;
};
