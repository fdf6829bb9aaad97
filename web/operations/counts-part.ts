import type { StatusCount } from "#core/protocol/pipeline-status.ts";
import { byId, element, setText } from "../element.ts";
import type { Part, Seen } from "./part.ts";

const NAMES: readonly (readonly [StatusCount, string])[] = [
  ["late", "Late"],
  ["corrected", "Corrected"],
  ["duplicates", "Duplicates"],
  ["rejected", "Rejected"],
  ["gaps", "Gaps"],
];

/** What gave trouble, and what became of it, in the words that the page has for it below. */
export class CountsPart implements Part {
  readonly #values: readonly (readonly [StatusCount, HTMLElement])[];
  readonly node = element("section", { class: "counts" }, element("h3", {}, "Late, corrected, lost"));
  readonly #rows = element("p", { class: "aside" });

  constructor() {
    const list = element("dl");
    this.#values = NAMES.map(([name, words]) => {
      const value = element("dd", { class: "figure" });
      const meaning = element("dd", { class: "aside" }, byId(name).getAttribute("aria-description") ?? "");
      list.append(element("div", {}, element("dt", {}, words), value, meaning));
      return [name, value];
    });
    this.node.append(list, this.#rows);
  }

  show({ status, source }: Seen): void {
    for (const [name, value] of this.#values) setText(value, status?.counts[name].toLocaleString("en-US") ?? "–");
    const rows = source?.rejectedRows ?? 0;
    setText(this.#rows, rows === 0 ? "" : `${rows.toLocaleString("en-US")} rows of the source were no trades.`);
  }
}
