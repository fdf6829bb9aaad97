import type { ISeriesApi } from "lightweight-charts";
import type { ChartView } from "./chart-view.ts";
import { element, setText } from "./element.ts";
import { Line } from "./line.ts";
import { linePoints, type LineKind } from "./line-kinds.ts";
import { placeAt } from "./axis.ts";
import type { ValuePoint } from "./points.ts";
import type { Theme } from "./theme.ts";
import { priceWords } from "./words.ts";

interface Drawn {
  readonly series: ISeriesApi<"Line">;
  readonly line: Line<ValuePoint>;
  readonly key: HTMLElement;
  readonly value: HTMLElement;
  points: readonly ValuePoint[];
}

/** The lines over the candles that the reader chose, and what each comes to at the bar that is pointed at. */
export class AverageLines {
  readonly #view: ChartView;
  readonly #legend: HTMLElement;
  readonly #drawn = new Map<LineKind, Drawn>();
  #theme: Theme | undefined;

  constructor(view: ChartView, legend: HTMLElement) {
    this.#view = view;
    this.#legend = legend;
  }

  /** The lines as the chart has them. */
  get data(): Readonly<Record<string, readonly unknown[]>> {
    return Object.fromEntries([...this.#drawn].map(([{ id }, { line }]) => [id, line.data()]));
  }

  /** Draws these and no others. */
  choose(kinds: readonly LineKind[]): void {
    for (const [kind, { series, key }] of this.#drawn) {
      if (kinds.includes(kind)) continue;
      this.#view.chart.removeSeries(series);
      key.remove();
      this.#drawn.delete(kind);
    }
    for (const kind of kinds) if (!this.#drawn.has(kind)) this.#add(kind);
    this.#legend.hidden = kinds.length === 0;
    this.#legend.replaceChildren(...kinds.map((kind) => this.#drawn.get(kind)!.key));
    this.#theme = undefined;
    this.show();
  }

  /** Takes in the bars and the colours that are shown now. */
  show(): void {
    const { bars, passOf, theme } = this.#view;
    if (theme !== this.#theme) this.#paint(theme);
    for (const [kind, drawn] of this.#drawn) {
      drawn.points = linePoints(kind, bars, passOf);
      drawn.line.show(drawn.points);
    }
    this.point();
  }

  /** Tells of the bar that is pointed at, else of the newest one. */
  point(): void {
    const bar = this.#view.pointed ?? this.#view.bars.at(-1);
    const time = bar === undefined ? 0 : bar.startMs / 1_000;
    for (const { points, value } of this.#drawn.values()) {
      const point =
        points[
          placeAt(
            points.map((each) => each.time),
            time,
          )
        ];
      setText(value, point?.time === time ? priceWords(point.value, this.#view.precision + 2) : "–");
    }
  }

  #add(kind: LineKind): void {
    const series = this.#view.addLine(kind.stroke);
    const value = element("b");
    const key = element(
      "span",
      { class: `key ${kind.stroke}`, title: kind.title },
      element("i", {}, kind.words),
      value,
    );
    this.#drawn.set(kind, { series, line: new Line<ValuePoint>(series), key, value, points: [] });
  }

  #paint(theme: Theme): void {
    this.#theme = theme;
    const style = getComputedStyle(document.documentElement);
    for (const [{ colour }, { series, key }] of this.#drawn) {
      series.applyOptions({ color: style.getPropertyValue(`--${colour}`).trim() });
      key.style.setProperty("--key", `var(--${colour})`);
    }
  }
}
