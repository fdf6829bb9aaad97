import { byId, element } from "./element.ts";

/** The buttons that choose the interval of the charts. */
export class Controls {
  constructor(intervals: readonly string[], onInterval: (interval: string) => void) {
    for (const interval of intervals) {
      const button = element("button", { type: "button", value: interval }, interval);
      button.addEventListener("click", () => onInterval(interval));
      byId("intervals").append(button);
    }
  }

  /** Shows which interval is chosen. */
  select(interval: string): void {
    for (const button of byId("intervals").querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.value === interval));
  }
}
