import { element, setText } from "../element.ts";
import { secondWords } from "../words.ts";
import type { Part, Seen } from "./part.ts";

/** The list shows so many, those that came last. */
const SHOWN = 50;

/** What goes wrong on purpose, and when it did. */
export class FaultsPart implements Part {
  readonly node = element("section", { class: "faults" }, element("h3", {}, "Faults injected"));
  readonly #said = element("p", { class: "aside" }, "None yet.");
  readonly #list = element("ol", { class: "scroller", tabindex: "0", "aria-label": "Faults injected" });
  #shown = 0;

  constructor() {
    this.node.append(this.#said, this.#list);
  }

  show({ faults }: Seen): void {
    if (faults === undefined || faults.faults.length === this.#shown) return;
    this.#shown = faults.faults.length;
    const kinds = new Set(faults.faults.map(({ kind }) => kind)).size;
    setText(this.#said, `${this.#shown} of ${kinds} kinds, on purpose. The same run again: ${faults.again}`);
    const newest = faults.faults.slice(-SHOWN).toReversed();
    this.#list.replaceChildren(
      ...newest.map(({ kind, atMs }) => element("li", {}, element("time", {}, secondWords(atMs)), ` ${kind}`)),
    );
  }
}
