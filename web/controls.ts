import { isSymbol } from "#core/trade.ts";
import { byId, element } from "./element.ts";

export interface ControlEvents {
  onInterval(interval: string): void;
  /** `text` is a symbol as far as its characters go, in whatever case. */
  onSymbol(text: string): void;
}

/** What the reader works the page with, but for the watchlist: the intervals, and the field for one more symbol. */
export class Controls {
  readonly #input = byId("symbol") as HTMLInputElement;

  constructor(intervals: readonly string[], events: ControlEvents) {
    for (const interval of intervals) {
      const button = element("button", { type: "button", value: interval }, interval);
      button.addEventListener("click", () => events.onInterval(interval));
      byId("intervals").append(button);
    }
    byId("add").addEventListener("submit", (event) => {
      event.preventDefault();
      const symbol = this.#input.value.trim();
      if (!isSymbol(symbol)) return;
      this.#input.value = "";
      events.onSymbol(symbol);
    });
    document.addEventListener("keydown", (event) => {
      const isTyping = event.target instanceof HTMLInputElement;
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.focus();
    });
  }

  /** Shows which interval is chosen. */
  select(interval: string): void {
    for (const button of byId("intervals").querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.value === interval));
  }

  focus(): void {
    this.#input.focus();
  }
}
