import { LineSeries, LineStyle, LineType, type IChartApi } from "lightweight-charts";
import type { Bar } from "#core/bar.ts";
import { createPanel, Line, panelOptions } from "./panel.ts";
import { averageSteps, closeOf, evenly, type GapPoint, type ValuePoint } from "./points.ts";
import { priceFormatOf } from "./bars-panel.ts";
import type { Theme } from "./theme.ts";

/** The price itself against the average of each window, whose newest one is still open. */
export class AveragePanel {
  readonly #chart: IChartApi;
  readonly #raw;
  readonly #closed;
  readonly #open;

  constructor(container: HTMLElement, theme: Theme) {
    this.#chart = createPanel(container, theme);
    this.#chart.priceScale("right").applyOptions({ scaleMargins: { top: 0.2, bottom: 0.12 } });
    const quiet = { lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false } as const;
    const raw = this.#chart.addSeries(LineSeries, { lineWidth: 2, priceLineVisible: false });
    const steps = { ...quiet, lineType: LineType.WithSteps, lineWidth: 2 } as const;
    const closed = this.#chart.addSeries(LineSeries, steps);
    const open = this.#chart.addSeries(LineSeries, { ...steps, lineStyle: LineStyle.Dashed, lastValueVisible: true });
    this.#raw = { series: raw, line: new Line<ValuePoint | GapPoint>(raw) };
    this.#closed = { series: closed, line: new Line<ValuePoint>(closed) };
    this.#open = { series: open, line: new Line<ValuePoint>(open) };
    this.paint(theme);
  }

  /** Shows the closes of `fine` bars against the averages of `bars`, which are as long or longer; all of it when `isNew`. */
  show(fine: readonly Bar[], bars: readonly Bar[], isNew: boolean): void {
    const [first, last] = [fine[0], fine.at(-1)];
    const [fromTime, toTime] = [(first?.startMs ?? 0) / 1_000, (last?.startMs ?? 0) / 1_000];
    const steps = averageSteps(fine.length === 0 ? [] : bars, fromTime, toTime);
    this.#raw.line.show(evenly(fine.map(closeOf), (first?.intervalMs ?? 1_000) / 1_000));
    this.#closed.line.show(steps.closed);
    this.#open.line.show(steps.open);
    if (!isNew) return;
    for (const { series } of [this.#raw, this.#closed, this.#open])
      series.applyOptions({ priceFormat: priceFormatOf(fine) });
    this.#chart.priceScale("right").applyOptions({ autoScale: true });
    this.#chart.timeScale().fitContent();
  }

  paint(theme: Theme): void {
    this.#chart.applyOptions(panelOptions(theme));
    this.#raw.series.applyOptions({ color: theme.raw });
    this.#closed.series.applyOptions({ color: theme.mean });
    this.#open.series.applyOptions({ color: theme.mean });
  }
}
