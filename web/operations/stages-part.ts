import type { SourceKind } from "#core/protocol/dashboard-config.ts";
import { element, setText } from "../element.ts";
import { STAGES, type Stage } from "./stages.ts";
import type { Part, Seen } from "./part.ts";
import { clockWords, STAGE_WORDS, timesWords, tookWords } from "./words.ts";

interface Row {
  readonly stage: Stage;
  readonly bar: HTMLElement;
  readonly p50: HTMLElement;
  readonly p95: HTMLElement;
}

/** How long each stage takes between trade and screen. */
export class StagesPart implements Part {
  readonly node = element(
    "section",
    { class: "stages" },
    element("h3", {}, "From trade to screen, in the last minute"),
  );
  readonly #rows: readonly Row[];
  readonly #total = { p50: element("td"), p95: element("td") };
  readonly #clock = element("p", { class: "aside" });

  constructor(kind: SourceKind | undefined) {
    const body = element("tbody");
    this.#rows = STAGES.map((stage) => {
      const [name, words] = STAGE_WORDS[stage];
      const [bar, p50, p95] = [element("i", { "aria-hidden": "true" }), element("td"), element("td")];
      const head = element("th", { scope: "row" }, name, element("small", {}, words));
      body.append(element("tr", {}, head, element("td", { class: "bar" }, bar), p50, p95));
      return { stage, bar, p50, p95 };
    });
    const { p50, p95 } = this.#total;
    const whole = element("small", {}, "of the newest trade in each update");
    const total = element("tr", {}, element("th", { scope: "row" }, "All together", whole), element("td"), p50, p95);
    const columns = ["Stage", "", "Median", "95 of 100"].map((name) =>
      name === "" ? element("td") : element("th", { scope: "col" }, name),
    );
    const table = element("table", {}, element("thead", {}, element("tr", {}, ...columns)), body);
    table.append(element("tfoot", {}, total));
    const times = timesWords(kind);
    this.node.append(table, this.#clock, ...(times === "" ? [] : [element("p", { class: "aside" }, times)]));
  }

  show({ stages, total, clock }: Seen): void {
    const medians = STAGES.map((stage) => Math.max(0, stages.get(stage)?.p50 ?? 0));
    const longest = medians.reduce((sum, median) => sum + median, 0) || 1;
    let before = 0;
    for (const [index, { stage, bar, p50, p95 }] of this.#rows.entries()) {
      const quantiles = stages.get(stage);
      bar.style.setProperty("margin-left", `${(before / longest) * 100}%`);
      bar.style.setProperty("width", `${(medians[index]! / longest) * 100}%`);
      before += medians[index]!;
      setText(p50, quantiles === undefined ? "–" : tookWords(quantiles.p50));
      setText(p95, quantiles === undefined ? "–" : tookWords(quantiles.p95));
    }
    setText(this.#total.p50, total === undefined ? "–" : tookWords(total.p50));
    setText(this.#total.p95, total === undefined ? "–" : tookWords(total.p95));
    setText(this.#clock, clockWords(clock));
  }
}
