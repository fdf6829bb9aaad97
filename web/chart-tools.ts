import type { ChartTools, ChartView } from "./chart-view.ts";

/** What a reader works on the charts with. */
export const createTools = (view: ChartView): ChartTools => ({ lines: {}, show: () => undefined, point: () => undefined });
