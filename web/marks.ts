import type { IChartApi, ISeriesApi, SeriesType, Time } from "lightweight-charts";
import { layer } from "./layer.ts";
import type { CandlePoint, ChartTime } from "./points.ts";

const [RADIUS, DISTANCE] = [3, 9];

/** Small rounds below some candles. */
export class Marks {
  #candles: readonly CandlePoint[] = [];
  #colour = "";

  constructor(chart: IChartApi, series: ISeriesApi<SeriesType>) {
    const marks = layer("top", (context) => {
      context.fillStyle = this.#colour;
      for (const { time, low } of this.#candles) {
        const x = chart.timeScale().timeToCoordinate(time as Time & number);
        const y = series.priceToCoordinate(low);
        if (x === null || y === null) continue;
        context.beginPath();
        context.arc(x, y + DISTANCE, RADIUS, 0, 2 * Math.PI);
        context.fill();
      }
    });
    chart.panes()[0]?.attachPrimitive(marks);
  }

  /** Where they are. */
  get times(): readonly ChartTime[] {
    return this.#candles.map(({ time }) => time);
  }

  show(candles: readonly CandlePoint[]): void {
    this.#candles = candles;
  }

  paint(colour: string): void {
    this.#colour = colour;
  }
}
