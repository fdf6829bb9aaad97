import type { ISeriesApi, SeriesType, Time } from "lightweight-charts";
import { seriesChange, type ChartTime, type GapPoint } from "./points.ts";

/** A series that is told all its points again and again, and changes what is new. */
export class Line<Point extends GapPoint> {
  readonly #series: ISeriesApi<SeriesType>;
  #points: readonly Point[] = [];

  constructor(series: ISeriesApi<SeriesType>) {
    this.#series = series;
  }

  show(points: readonly Point[]): void {
    const change = seriesChange(this.#points, points);
    this.#points = points;
    if (change.kind === "tail") for (const point of change.points) this.#series.update(asData(point));
    else if (change.kind === "all") this.#series.setData(change.points.map(asData));
  }

  /** As the chart itself has them. */
  data(): readonly unknown[] {
    return this.#series.data();
  }
}

/** The library's times are a kind of number of its own. */
const asData = (point: { readonly time: ChartTime }): { time: Time } => point as unknown as { time: Time };
