import type { IChartApi, Logical } from "lightweight-charts";
import { logicalAt, type Axis } from "./axis.ts";
import { layer } from "./layer.ts";
import type { ChartTime } from "./points.ts";

const DASH = 4;

/** Upright dashed lines over a chart, where something begins that does not go on from what was before. */
export class Seams {
  readonly #chart: IChartApi;
  #axis: Axis = { times: [], step: 1 };
  #times: readonly ChartTime[] = [];
  #colour = "";

  constructor(chart: IChartApi) {
    this.#chart = chart;
    const seams = layer("bottom", (context, height) => {
      context.strokeStyle = this.#colour;
      context.setLineDash([DASH, DASH]);
      for (const x of this.#places()) context.stroke(new Path2D(`M${Math.round(x) + 0.5} 0V${height}`));
    });
    chart.panes()[0]?.attachPrimitive(seams);
  }

  show(axis: Axis, times: readonly ChartTime[]): void {
    this.#axis = axis;
    this.#times = times;
  }

  paint(colour: string): void {
    this.#colour = colour;
  }

  #places(): readonly number[] {
    if (this.#axis.times.length === 0) return [];
    return this.#times.flatMap((time) => this.#coordinate(logicalAt(this.#axis, time)) ?? []);
  }

  /** The library knows those of whole positions alone. */
  #coordinate(logical: number): number | undefined {
    const scale = this.#chart.timeScale();
    const place = Math.floor(logical);
    const [left, right] = [place, place + 1].map((whole) => scale.logicalToCoordinate(whole as Logical));
    if (left == null || right == null) return undefined;
    return left + (logical - place) * (right - left);
  }
}
