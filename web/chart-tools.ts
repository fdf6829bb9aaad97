import { AverageLines } from "./average-lines.ts";
import { offerAverages } from "./averages-menu.ts";
import { BarKeys } from "./bar-keys.ts";
import { BarTable } from "./bar-table.ts";
import { calmly } from "./calmly.ts";
import type { ChartTools, ChartView } from "./chart-view.ts";
import { saveBars } from "./download.ts";
import { Edges } from "./edges.ts";
import { byId, setText } from "./element.ts";
import { keepLines, readKeptLines } from "./kept-lines.ts";
import { PriceAlerts } from "./price-alerts.ts";
import { summaryWords } from "./reading.ts";
import { barsInSight } from "./sight.ts";

/** Nobody hears a summary more often. */
const SUMMARY_MS = 2_000;

const buttonOf = (id: string): HTMLButtonElement => byId(id) as HTMLButtonElement;

/** What a reader works on the charts with. */
export const createTools = (view: ChartView): ChartTools => {
  const place = (): Storage => localStorage;
  const lines = new AverageLines(view, byId("lines"));
  const chosen = readKeptLines(place);
  lines.choose(chosen);
  offerAverages({
    button: buttonOf("averages"),
    menu: byId("averagesMenu"),
    chosen,
    onChoose: (kinds) => {
      lines.choose(kinds);
      keepLines(place, kinds);
    },
  });
  const alerts = new PriceAlerts(view, place);
  new BarKeys(byId("bars"), view);
  const edges = new Edges(view);
  const table = new BarTable(buttonOf("tableButton"), byId("drawn"), view);
  buttonOf("download").addEventListener("click", () => saveBars(barsInSight(view)));
  for (const id of ["averages", "alerts"]) buttonOf(id).disabled = false;
  const summarize = calmly(SUMMARY_MS, () => setText(byId("summary"), summaryWords(barsInSight(view), view.precision)));
  return {
    get lines() {
      return lines.data;
    },
    show: () => {
      for (const id of ["tableButton", "download"]) buttonOf(id).disabled = view.bars.length === 0;
      lines.show();
      alerts.show();
      edges.show();
      table.show();
      summarize();
    },
    point: () => lines.point(),
  };
};
