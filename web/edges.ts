import type { ChartView } from "./chart-view.ts";
import { byId, setText } from "./element.ts";
import { FREE_PLACES } from "./sight.ts";

/** Older bars are asked for when so few are left to scroll to. */
const NEAR = 20;

/** What a reader finds at the two ends of the time: older bars as they scroll back, and a way to the newest one. */
export class Edges {
  readonly #view: ChartView;
  /** For which symbol and interval older bars were asked for and have not come. */
  #asked = "";

  constructor(view: ChartView) {
    this.#view = view;
    view.chart.timeScale().subscribeVisibleLogicalRangeChange(() => this.#look());
    byId("live").addEventListener("click", () => {
      this.toNewest();
      byId("bars").focus();
    });
  }

  /** Takes in the bars that are shown now. */
  show(): void {
    if (!this.#view.canAskOlder || this.#view.key !== this.#asked) this.#asked = "";
    this.#look();
  }

  /** Shows the newest bar, and as many before it as are in sight. */
  toNewest(): void {
    const { axis, span } = this.#view;
    if (span === undefined) return;
    const to = axis.times.length - 1 + FREE_PLACES;
    this.#view.showSpan({ from: to - (span.to - span.from), to });
  }

  #look(): void {
    const { isMoved, canAskOlder, axis, key, span } = this.#view;
    byId("live").hidden = span === undefined || span.to >= axis.times.length - 1;
    const isNear = isMoved && span !== undefined && span.from < NEAR;
    if (isNear && canAskOlder && this.#asked !== key) {
      this.#asked = key;
      this.#view.askOlder();
    }
    const isAtEnd = isMoved && span !== undefined && span.from < 0 && !canAskOlder;
    setText(byId("older"), this.#asked === "" ? (isAtEnd ? "No older bars here" : "") : "Older bars are on their way");
  }
}
