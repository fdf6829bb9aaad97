import { element } from "./element.ts";
import { LINE_KINDS, type LineKind } from "./line-kinds.ts";
import { Popup } from "./popup.ts";

/** Where each key leads from the item that has the focus, of so many. */
const STEPS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at + count - 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

export interface AveragesMenuOptions {
  readonly button: HTMLButtonElement;
  readonly menu: HTMLElement;
  /** Chosen at first. */
  readonly chosen: readonly LineKind[];
  /** Called with all that are chosen. */
  readonly onChoose: (kinds: readonly LineKind[]) => void;
}

/** Lets the menu that `button` opens offer the lines that can be drawn over the candles. */
export const offerAverages = ({ button, menu, chosen, onChoose }: AveragesMenuOptions): void => {
  const items = LINE_KINDS.map((kind) => itemOf(kind, chosen.includes(kind)));
  const popup = new Popup(button, menu, () => items[0]!.focus());
  for (const item of items) {
    item.addEventListener("click", () => {
      item.ariaChecked = String(item.ariaChecked !== "true");
      onChoose(LINE_KINDS.filter((_, index) => items[index]!.ariaChecked === "true"));
    });
  }
  menu.replaceChildren(...items);
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    popup.open();
  });
  menu.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = items.findIndex((item) => item === document.activeElement);
    items[step(at, items.length)]!.focus();
  });
};

const itemOf = (kind: LineKind, isChosen: boolean): HTMLButtonElement => {
  const key = element("span", { class: `key ${kind.stroke}`, "aria-hidden": "true" });
  key.style.setProperty("--key", `var(--${kind.colour})`);
  const looks = { type: "button", role: "menuitemcheckbox", tabindex: "-1", title: kind.title };
  const item = element("button", looks, key, kind.words);
  item.ariaChecked = String(isChosen);
  return item;
};
