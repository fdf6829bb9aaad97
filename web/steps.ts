import { LineSeries, LineType, type IChartApi, type LineWidth } from "lightweight-charts";
import { Line } from "./line.ts";
import { takeTurns, type ValuePoint } from "./points.ts";

/** A line of steps in pieces, with nothing between one piece and the next. */
export class Steps {
  readonly #lines;

  constructor(chart: IChartApi, lineWidth: LineWidth) {
    this.#lines = [0, 1].map(() => {
      const series = chart.addSeries(LineSeries, {
        lineType: LineType.WithSteps,
        lineWidth,
        lastValueVisible: false,
        priceLineVisible: false,
        crosshairMarkerVisible: false,
      });
      return { series, line: new Line<ValuePoint>(series) };
    });
  }

  /** Shows `pieces`, which follow one another. */
  show(pieces: readonly (readonly ValuePoint[])[]): void {
    const turns = takeTurns(pieces.filter((piece) => piece.length > 0));
    for (const [index, { line }] of this.#lines.entries()) line.show(turns[index]!);
  }

  paint(color: string): void {
    for (const { series } of this.#lines) series.applyOptions({ color });
  }
}
