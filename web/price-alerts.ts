import type { Bar } from "#core/bar.ts";
import { isReached, keepAlerts, readAlerts, type Alert, type Look } from "./alerts.ts";
import type { ChartView } from "./chart-view.ts";
import { byId, element } from "./element.ts";
import { fixedText } from "./fixed.ts";
import type { KeepingPlace } from "./kept-symbols.ts";
import { numberOf } from "./points.ts";
import { Popup } from "./popup.ts";
import type { Theme } from "./theme.ts";
import { clockWords } from "./words.ts";

/** Tells once that a price was reached which the reader named, of any symbol whose bars come, as soon as the page is in sight. */
export class PriceAlerts {
  readonly #view: ChartView;
  readonly #place: KeepingPlace;
  #alerts: readonly Alert[];
  readonly #looks = new Map<string, Look>();
  /** By alert, what takes its line off the chart. */
  readonly #lines = new Map<Alert, () => void>();
  /** That the lines were drawn in. */
  #theme: Theme | undefined;
  readonly #price = element("input", {
    id: "alertPrice",
    inputmode: "decimal",
    pattern: String.raw`[0-9]{1,9}(\.[0-9]{1,8})?`,
    maxlength: "18",
    autocomplete: "off",
    required: "",
    title: "a price, like 168.50",
  });
  readonly #label = element("label", { for: "alertPrice" });
  readonly #list = element("ul");

  constructor(view: ChartView, place: KeepingPlace) {
    this.#view = view;
    this.#place = place;
    this.#alerts = readAlerts(place);
    const form = element("form", {}, this.#label, this.#price, element("button", {}, "Add"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#set([...this.#alerts, { symbol: this.#view.symbol, price: this.#price.value }]);
      this.#price.value = "";
    });
    const hint = element("p", { class: "hint" }, "You are told once, as soon as this page is in sight.");
    byId("alertsPanel").replaceChildren(form, this.#list, hint);
    new Popup(byId("alerts") as HTMLButtonElement, byId("alertsPanel"), () => {
      const last = view.bars.at(-1)?.content.close.price;
      this.#label.textContent = `${view.symbol} reaches`;
      this.#price.placeholder = last === undefined ? "" : fixedText(last, view.precision);
      this.#price.focus();
    });
    this.#showList();
  }

  /** Takes in the prices of now. */
  show(): void {
    this.#drawLines();
    const waiting = this.#alerts.filter(({ reachedMs }) => reachedMs === undefined);
    const symbols = new Set(waiting.map((alert) => alert.symbol));
    for (const symbol of this.#looks.keys()) if (!symbols.has(symbol)) this.#looks.delete(symbol);
    for (const symbol of symbols) {
      const bars = this.#view.barsOf(symbol);
      const [newest, before] = [bars.at(-1), this.#looks.get(symbol)];
      if (newest === undefined) continue;
      this.#looks.set(symbol, lookOf(newest));
      if (before === undefined) continue;
      const later = bars.filter(({ startMs }) => startMs >= before.startMs).map(lookOf);
      const reached = waiting.filter(
        (alert) => alert.symbol === symbol && isReached(Number(alert.price), before, later),
      );
      if (reached.length > 0) this.#reach(reached, newest.content.close.eventTimeMs);
    }
  }

  #reach(reached: readonly Alert[], reachedMs: number): void {
    this.#set(this.#alerts.map((alert) => (reached.includes(alert) ? { ...alert, reachedMs } : alert)));
    for (const { symbol, price } of reached) {
      const close = element("button", { type: "button", "aria-label": "Close" }, "×");
      const notice = element("p", {}, `${symbol} reached ${price} at ${clockWords(reachedMs)}`, close);
      close.addEventListener("click", () => notice.remove());
      byId("reached").append(notice);
    }
  }

  #set(alerts: readonly Alert[]): void {
    this.#alerts = alerts;
    keepAlerts(this.#place, alerts);
    this.#showList();
    this.show();
  }

  #showList(): void {
    const items = this.#alerts.map((alert) => {
      const { symbol, price, reachedMs } = alert;
      const state = reachedMs === undefined ? "waits" : `reached ${clockWords(reachedMs)}`;
      const words = `Remove the alert at ${price} of ${symbol}`;
      const remove = element("button", { type: "button", "aria-label": words, title: words }, "×");
      remove.addEventListener("click", () => {
        this.#set(this.#alerts.filter((each) => each !== alert));
        this.#price.focus();
      });
      return element("li", {}, element("b", {}, symbol), ` ${price} `, element("span", {}, state), remove);
    });
    this.#list.replaceChildren(...items);
  }

  /** Those of the symbol on the chart that wait. */
  #drawLines(): void {
    const drawn = this.#alerts.filter(
      ({ symbol, reachedMs }) => symbol === this.#view.symbol && reachedMs === undefined,
    );
    const { theme } = this.#view;
    for (const [alert, remove] of this.#lines) {
      if (drawn.includes(alert) && theme === this.#theme) continue;
      remove();
      this.#lines.delete(alert);
    }
    this.#theme = theme;
    for (const alert of drawn)
      if (!this.#lines.has(alert)) this.#lines.set(alert, this.#view.markPrice(Number(alert.price), "alert"));
  }
}

const lookOf = ({ startMs, content }: Bar): Look => ({
  startMs,
  high: numberOf(content.high),
  low: numberOf(content.low),
  close: numberOf(content.close.price),
});
