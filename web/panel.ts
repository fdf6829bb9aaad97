import {
  createChart,
  CrosshairMode,
  type ChartOptions,
  type DeepPartial,
  type IChartApi,
  type ISeriesApi,
  type SeriesType,
  type Time,
} from "lightweight-charts";
import type { Axis } from "./axis.ts";
import type { ChartTime } from "./points.ts";
import type { Theme } from "./theme.ts";

/** A chart with what another one needs to know to show the same stretch of time. */
export interface Panel {
  readonly chart: IChartApi;
  readonly axis: Axis;
  /** What is drawn at an instant, undefined before the first point. */
  at(time: ChartTime): Mark | undefined;
}

/** A point of a chart, for the crosshair of another one. */
export interface Mark {
  readonly series: ISeriesApi<SeriesType>;
  readonly time: ChartTime;
  readonly value: number;
}

/** One chart on the page, with a time axis if there is something to write there. */
export const createPanel = (container: HTMLElement, theme: Theme, words: TimeWords): IChartApi =>
  createChart(container, {
    autoSize: true,
    ...panelOptions(theme),
    crosshair: { mode: CrosshairMode.Normal },
    // on a phone the page scrolls, whatever is under the finger
    handleScroll: { vertTouchDrag: false },
    kineticScroll: { touch: !matchMedia("(prefers-reduced-motion: reduce)").matches },
    localization: { timeFormatter: words.pointed },
    rightPriceScale: { borderVisible: false, entireTextOnly: true },
    timeScale: {
      visible: words !== NO_WORDS,
      borderVisible: false,
      timeVisible: true,
      secondsVisible: false,
      rightOffset: 3,
      minBarSpacing: 0.05,
      tickMarkFormatter: words.tick,
    },
  });

/** What stands on a time axis. */
export interface TimeWords {
  tick(time: Time): string;
  /** Under the crosshair. */
  pointed(time: Time): string;
}

export const NO_WORDS: TimeWords = { tick: () => "", pointed: () => "" };

/** What changes with the reader's choice of dark or light. */
export const panelOptions = ({ text, muted, line, panel, font }: Theme): DeepPartial<ChartOptions> => ({
  layout: {
    // The logo would write a style element of its own, which the page's policy forbids; the footer names its makers.
    attributionLogo: false,
    background: { color: panel },
    textColor: muted,
    fontFamily: font,
    fontSize: 11,
  },
  grid: { vertLines: { visible: false }, horzLines: { color: line } },
  crosshair: {
    vertLine: { color: muted, labelBackgroundColor: text },
    horzLine: { color: muted, labelBackgroundColor: text },
  },
});
