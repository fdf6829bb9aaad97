import type { DashboardConfig } from "#core/protocol/dashboard-config.ts";
import { byId, element, setText } from "../element.ts";
import { secondWords } from "../words.ts";
import { CountsPart } from "./counts-part.ts";
import { FaultsPart } from "./faults-part.ts";
import type { Part, Seen } from "./part.ts";
import { ShardsPart } from "./shards-part.ts";
import { StagesPart } from "./stages-part.ts";
import { TilesPart } from "./tiles-part.ts";

/** From opening on, until something is known. */
const MOMENT_MS = 2_000;

const NAME = "operations";

/** The operations view: a dialog over the page, opened by its button, by `o`, or by the address. */
export class View {
  readonly #onOpen: () => void;
  readonly #verdict = element("p", { class: "verdict", role: "status" });
  readonly #wrong = element("ul", { class: "wrong", "aria-label": "What is wrong" });
  readonly #parts: readonly Part[];
  readonly #dialog: HTMLDialogElement;
  #problems: readonly string[] = [];

  constructor(config: DashboardConfig, onOpen: () => void) {
    this.#onOpen = onOpen;
    const faults = config.faults === undefined ? [] : [new FaultsPart()];
    this.#parts = [new TilesPart(), new ShardsPart(), new StagesPart(config.kind), new CountsPart(), ...faults];
    const close = element("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
    const title = element("h2", { id: "operationsTitle" }, "Operations");
    const head = element("header", {}, title, this.#verdict, close);
    const body = element("div", { class: "body" }, this.#wrong, ...this.#parts.map(({ node }) => node));
    this.#dialog = element("dialog", { id: NAME, class: NAME, "aria-labelledby": title.id }, head, body);
    document.body.append(this.#dialog);
    close.addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => nameInAddress(false));
    this.#dialog.addEventListener("click", (event) => {
      // what is beside the dialog belongs to it, and nothing in it does
      if (event.target === this.#dialog) this.#dialog.close();
    });
    const button = byId("operationsButton");
    button.removeAttribute("disabled");
    button.addEventListener("click", () => this.#open());
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Opens it if the address says so. */
  obeyAddress(): void {
    if (new URL(location.href).searchParams.get("view") === NAME) this.#open();
  }

  get isOpen(): boolean {
    return this.#dialog.open;
  }

  /** What it says is wrong. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  show(seen: Seen): void {
    if (!this.isOpen) return;
    const { problems } = seen;
    this.#problems = problems.map(({ words }) => words);
    this.#dialog.dataset["well"] = String(problems.length === 0);
    setText(this.#verdict, verdictWords(seen));
    const lines = problems.map(({ words, sinceMs }) => `${words}, since ${secondWords(sinceMs)}`);
    if (lines.join() !== [...this.#wrong.children].map(({ textContent }) => textContent).join())
      this.#wrong.replaceChildren(...lines.map((line) => element("li", {}, line)));
    for (const part of this.#parts) part.show(seen);
  }

  #open(): void {
    if (this.isOpen) return;
    this.#dialog.showModal();
    nameInAddress(true);
    this.#onOpen();
  }

  #key({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): void {
    const isTyping = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
    if (key.toLowerCase() !== "o" || isTyping || ctrlKey || metaKey || altKey) return;
    if (this.isOpen) this.#dialog.close();
    else if (document.querySelector("dialog[open]") === null) this.#open();
  }
}

const verdictWords = ({ problems, wellSinceMs, openedMs }: Seen): string => {
  if (wellSinceMs === undefined)
    return problems.length === 1 ? "Something is wrong" : `${problems.length} things are wrong`;
  const hasTrouble = wellSinceMs - openedMs > MOMENT_MS;
  return hasTrouble ? `All well again since ${secondWords(wellSinceMs)}` : "All well";
};

/** Lets the address say whether the view is open, so that it can be passed on. */
const nameInAddress = (isOpen: boolean): void => {
  const url = new URL(location.href);
  if (isOpen) url.searchParams.set("view", NAME);
  else url.searchParams.delete("view");
  history.replaceState(history.state, "", url);
};
