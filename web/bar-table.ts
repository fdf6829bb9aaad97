import { BAR_COLUMNS } from "#core/bar-row.ts";
import type { Bar } from "#core/bar.ts";
import { intervalText } from "#core/interval.ts";
import { calmly } from "./calmly.ts";
import type { ChartView } from "./chart-view.ts";
import { byId, element, setText } from "./element.ts";
import { fixedMean, fixedText, fixedVwap } from "./fixed.ts";
import { barsInSight } from "./sight.ts";
import { whenWords } from "./when.ts";
import { countWords, secondWords, standingWords } from "./words.ts";

type Column = (typeof BAR_COLUMNS)[number];

const HEADS: Readonly<Record<Column, string>> = {
  symbol: "Symbol",
  interval: "Interval",
  start: "Start",
  end: "End",
  trades: "Trades",
  open: "Open",
  high: "High",
  low: "Low",
  close: "Close",
  volume: "Volume",
  mean: "Mean",
  vwap: "VWAP",
  open_time: "First trade",
  close_time: "Last trade",
};

/** What is read as it comes is not read at all. */
const REFRESH_MS = 1_000;

/** The bars in sight as a table over the charts, the newest first. */
export class BarTable {
  readonly #view: ChartView;
  readonly #button: HTMLButtonElement;
  readonly #caption = element("caption");
  readonly #body = element("tbody");
  readonly #frame: HTMLElement;
  readonly #rows = new Map<number, readonly [HTMLTableRowElement, readonly HTMLElement[]]>();
  readonly #refresh = calmly(REFRESH_MS, () => this.#draw());

  /** `over` is what the table covers while it is open. */
  constructor(button: HTMLButtonElement, over: HTMLElement, view: ChartView) {
    this.#view = view;
    this.#button = button;
    const heads = [...BAR_COLUMNS.map((name) => HEADS[name]), "Status"];
    const head = element("tr", {}, ...heads.map((words) => element("th", { scope: "col" }, words)));
    const table = element("table", {}, this.#caption, element("thead", {}, head), this.#body);
    const looks = { class: "barTable", role: "region", "aria-label": "Bars as a table", tabindex: "0" };
    this.#frame = element("div", looks, table);
    this.#frame.hidden = true;
    over.append(this.#frame);
    button.addEventListener("click", () => this.#toggle(Boolean(this.#frame.hidden)));
    this.#frame.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.#toggle(false);
    });
    view.chart.timeScale().subscribeVisibleLogicalRangeChange(() => this.show());
  }

  /** Takes in the bars that are shown now. */
  show(): void {
    if (!this.#frame.hidden) this.#refresh();
  }

  #toggle(isOpen: boolean): void {
    this.#frame.hidden = !isOpen;
    this.#button.ariaPressed = String(isOpen);
    for (const panel of byId("drawn").querySelectorAll<HTMLElement>(".panel")) panel.inert = isOpen;
    if (isOpen) this.#draw();
    (isOpen ? this.#frame : this.#button).focus();
  }

  #draw(): void {
    const bars = barsInSight(this.#view).toReversed();
    const [newest] = bars;
    setText(
      this.#caption,
      newest === undefined
        ? "No bars in sight"
        : `${newest.symbol}, ${countWords(bars.length, "bar")} of ${intervalText(newest.intervalMs)} in sight on the chart, the newest first`,
    );
    const rows = bars.map((bar) => this.#row(bar));
    const isSame = rows.length === this.#body.rows.length && rows.every((row, at) => row === this.#body.rows[at]);
    if (!isSame) this.#body.replaceChildren(...rows);
    const kept = new Set(bars.map(({ startMs }): number => startMs));
    for (const startMs of this.#rows.keys()) if (!kept.has(startMs)) this.#rows.delete(startMs);
  }

  /** The row of a bar, the same one as long as the bar is in sight. */
  #row(bar: Bar): HTMLTableRowElement {
    const texts = cellsOf(bar, this.#view);
    let kept = this.#rows.get(bar.startMs);
    if (kept === undefined) {
      const cells = texts.map((_, at) =>
        BAR_COLUMNS[at] === "start" ? element("th", { scope: "row" }) : element("td"),
      );
      kept = [element("tr", {}, ...cells), cells];
      this.#rows.set(bar.startMs, kept);
    }
    for (const [at, text] of texts.entries()) setText(kept[1][at]!, text);
    return kept[0];
  }
}

const cellsOf = (bar: Bar, { precision, standingOf }: ChartView): readonly string[] => {
  const { symbol, intervalMs, startMs, endMs, content } = bar;
  const price = (decimal: typeof content.high): string => fixedText(decimal, precision);
  const cells: Readonly<Record<Column, string>> = {
    symbol,
    interval: intervalText(intervalMs),
    start: whenWords(startMs, intervalMs),
    end: whenWords(endMs, intervalMs),
    trades: fixedText({ units: content.tradeCount, scale: 0 }),
    open: price(content.open.price),
    high: price(content.high),
    low: price(content.low),
    close: price(content.close.price),
    volume: fixedText(content.volume),
    mean: fixedMean(content, precision + 2),
    vwap: fixedVwap(content, precision + 2),
    open_time: secondWords(content.open.eventTimeMs),
    close_time: secondWords(content.close.eventTimeMs),
  };
  return [...BAR_COLUMNS.map((name) => cells[name]), standingWords(standingOf(bar))];
};
