import {
  createSeriesMarkers,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type SeriesType,
  type Time,
} from "lightweight-charts";
import type { ChartTime } from "./points.ts";

/** Small rounds below some bars. */
export class Marks {
  readonly #plugin: ISeriesMarkersPluginApi<Time>;
  #times: readonly ChartTime[] = [];
  #colour = "";

  constructor(series: ISeriesApi<SeriesType>) {
    this.#plugin = createSeriesMarkers(series, []);
  }

  /** Where they are, as the chart has them. */
  get times(): readonly ChartTime[] {
    return this.#plugin.markers().map(({ time }) => Number(time));
  }

  show(times: readonly ChartTime[]): void {
    if (times.join() === this.#times.join()) return;
    this.#times = times;
    this.#draw();
  }

  paint(colour: string): void {
    this.#colour = colour;
    this.#draw();
  }

  #draw(): void {
    const look = { position: "belowBar", shape: "circle", color: this.#colour, size: 0.7 } as const;
    this.#plugin.setMarkers(this.#times.map((time) => ({ ...look, time: time as Time & number })));
  }
}
