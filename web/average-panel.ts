import { LineSeries, LineStyle, LineType, type IChartApi } from "lightweight-charts";
import type { Bar } from "#core/bar.ts";
import { placeAt, type Axis } from "./axis.ts";
import { priceFormatOf } from "./bars-panel.ts";
import { Line } from "./line.ts";
import { createPanel, panelOptions, type Mark, type Panel } from "./panel.ts";
import { seamsOf, sections, type PassOf } from "./passes.ts";
import { averageSteps, evenly, priceLine, type ChartTime, type GapPoint, type ValuePoint } from "./points.ts";
import { Seams } from "./seams.ts";
import type { StandingOf } from "./standings.ts";
import { Steps } from "./steps.ts";
import type { Theme } from "./theme.ts";
import { tickWords, whenWords } from "./when.ts";

/** The price itself against the average of each window, whose newest one may still be open. */
export class AveragePanel implements Panel {
  readonly chart: IChartApi;
  axis: Axis = { times: [], step: 1 };
  #closes: readonly ValuePoint[] = [];
  /** Whether the newest window may still change. */
  isOpen = false;
  #intervalMs = 60_000;
  readonly #passOf: PassOf;
  readonly #standingOf: StandingOf;
  readonly #seams: Seams;
  readonly #raw;
  readonly #closed;
  readonly #open;

  constructor(container: HTMLElement, theme: Theme, passOf: PassOf, standingOf: StandingOf) {
    this.#passOf = passOf;
    this.#standingOf = standingOf;
    this.chart = createPanel(container, theme, {
      tick: (time) => tickWords(Number(time) * 1_000, this.#intervalMs),
      // the whole window, as the legend has it
      pointed: (time) => {
        const timeMs = Number(time) * 1_000;
        return whenWords(timeMs - (timeMs % this.#intervalMs), this.#intervalMs);
      },
    });
    // the chart above decides what is shown
    this.chart.timeScale().applyOptions({ shiftVisibleRangeOnNewBar: false });
    this.chart.priceScale("right").applyOptions({ scaleMargins: { top: 0.08, bottom: 0.12 } });
    const quiet = { lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false } as const;
    const raw = this.chart.addSeries(LineSeries, { lineWidth: 2, priceLineVisible: false });
    const steps = { ...quiet, lineType: LineType.WithSteps, lineWidth: 2 } as const;
    const open = this.chart.addSeries(LineSeries, { ...steps, lineStyle: LineStyle.Dashed, lastValueVisible: true });
    this.#raw = { series: raw, line: new Line<ValuePoint | GapPoint>(raw) };
    this.#closed = new Steps(this.chart, 2);
    this.#open = { series: open, line: new Line<ValuePoint>(open) };
    this.#seams = new Seams(this.chart);
    this.paint(theme);
  }

  /** At the place that holds the instant, as high as the nearest close. */
  at(time: ChartTime): Mark | undefined {
    const [before, after] = around(this.#closes, time);
    const point =
      after !== undefined && (before === undefined || after.time - time < time - before.time) ? after : before;
    const start = this.axis.times[placeAt(this.axis.times, time)];
    return point && { time: start ?? point.time, value: point.value, series: this.#raw.series };
  }

  /** Shows the closes of `fine` bars against the averages of `bars`, which are of `intervalMs` and as long or longer. */
  show(fine: readonly Bar[], bars: readonly Bar[], intervalMs: number, isNew: boolean): void {
    if (intervalMs > 0) this.#intervalMs = intervalMs;
    const step = (fine[0]?.intervalMs ?? 1_000) / 1_000;
    const shown = fine.length === 0 ? [] : bars;
    this.#closes = priceLine(bars, fine, this.#passOf);
    const [fromTime, toTime] = [this.#closes[0]?.time ?? 0, this.#closes.at(-1)?.time ?? 0];
    const { open } = averageSteps(shown, fromTime, toTime);
    const closed = sections(shown, this.#passOf).map((section) => averageSteps(section, fromTime, toTime).closed);
    const raw = evenly(this.#closes, step);
    this.#raw.line.show(raw);
    this.#closed.show(closed);
    this.#open.line.show(open);
    const newest = shown.at(-1);
    this.isOpen = newest !== undefined && this.#standingOf(newest).isForming;
    this.#open.series.applyOptions({ lineStyle: this.isOpen ? LineStyle.Dashed : LineStyle.Solid });
    const times = new Set([...raw, ...closed.flat()].map(({ time }) => time));
    this.axis = { times: [...times].toSorted((a, b) => a - b), step };
    this.#seams.show(
      this.axis,
      seamsOf(fine, this.#passOf).map(({ startMs }) => startMs / 1_000),
    );
    if (!isNew) return;
    for (const { series } of [this.#raw, this.#open]) series.applyOptions({ priceFormat: priceFormatOf(fine) });
    this.chart.priceScale("right").applyOptions({ autoScale: true });
  }

  paint(theme: Theme): void {
    this.#seams.paint(theme.muted);
    this.chart.applyOptions(panelOptions(theme));
    this.#raw.series.applyOptions({ color: theme.raw });
    this.#closed.paint(theme.mean);
    this.#open.series.applyOptions({ color: theme.mean });
  }
}

/** The last point at an instant or before it, and the one that follows. */
const around = (points: readonly ValuePoint[], time: ChartTime): readonly (ValuePoint | undefined)[] => {
  const place = placeAt(
    points.map((point) => point.time),
    time,
  );
  return [points[place], points[place + 1]];
};
