import { element } from "./element.ts";
import { LINE_KINDS, type LineKind } from "./line-kinds.ts";

/** Where each key leads from the item that has the focus, of so many. */
const STEPS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at + count - 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** A button and the menu that it opens, in which lines are chosen. It stays open until the reader leaves it. */
export class AveragesMenu {
  readonly #button: HTMLButtonElement;
  readonly #menu: HTMLElement;
  readonly #items: readonly HTMLButtonElement[];

  /** `onChoose` is called with all that are chosen. */
  constructor(
    button: HTMLButtonElement,
    menu: HTMLElement,
    { chosen, onChoose }: { chosen: readonly LineKind[]; onChoose: (kinds: readonly LineKind[]) => void },
  ) {
    this.#button = button;
    this.#menu = menu;
    this.#items = LINE_KINDS.map((kind) => {
      const looks = { type: "button", role: "menuitemcheckbox", tabindex: "-1", title: kind.title };
      const key = element("span", { class: `key ${kind.dash}`, "aria-hidden": "true" });
      key.style.setProperty("--key", `var(--${kind.colour})`);
      const item = element("button", looks, key, kind.words);
      item.ariaChecked = String(chosen.includes(kind));
      item.addEventListener("click", () => {
        item.ariaChecked = String(item.ariaChecked !== "true");
        onChoose(LINE_KINDS.filter((_, index) => this.#items[index]!.ariaChecked === "true"));
      });
      return item;
    });
    menu.replaceChildren(...this.#items);
    button.addEventListener("click", () => (menu.hidden ? this.#open() : this.#close()));
    button.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      this.#open();
    });
    menu.addEventListener("keydown", (event) => this.#onKey(event));
    document.addEventListener("pointerdown", ({ target }) => {
      if (!menu.contains(target as Node) && !button.contains(target as Node)) this.#close();
    });
  }

  #open(): void {
    this.#menu.hidden = false;
    this.#button.ariaExpanded = "true";
    this.#items[0]!.focus();
  }

  #close(): void {
    if (this.#menu.hidden) return;
    const hadFocus = this.#menu.contains(document.activeElement);
    this.#menu.hidden = true;
    this.#button.ariaExpanded = "false";
    if (hadFocus) this.#button.focus();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === "Escape" || event.key === "Tab") this.#close();
    const step = STEPS[event.key];
    if (event.key === "Escape" || step !== undefined) event.preventDefault();
    const at = this.#items.findIndex((item) => item === document.activeElement);
    if (step !== undefined) this.#items[step(at, this.#items.length)]!.focus();
  }
}
