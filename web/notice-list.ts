import { byId, element, setText } from "./element.ts";
import type { Notice } from "./notices.ts";

/** One sentence of each is shown; `back` is said of the connection, `sign-in` of who reads. */
export type NoticeKind = Notice["code"] | "back" | "sign-in";

/** Others stay until the reader is done with them. */
const SHOWN_MS = 15_000;
const LASTING: ReadonlySet<string> = new Set(["newer", "no-symbol", "no-interval", "sign-in"]);

interface Shown {
  readonly item: HTMLElement;
  readonly words: HTMLElement;
  untilMs: number;
}

/** Sentences about what happened, at the foot of the page, one of each kind. */
export class NoticeList {
  readonly #list = byId("notices");
  readonly #shown = new Map<NoticeKind, Shown>();

  say(code: NoticeKind, text: string): void {
    const shown = this.#shown.get(code) ?? this.#add(code);
    shown.untilMs = LASTING.has(code) ? Number.POSITIVE_INFINITY : performance.now() + SHOWN_MS;
    setText(shown.words, text);
  }

  /** Takes away what was said of this, if it is still there. */
  unsay(code: NoticeKind): void {
    this.#end(code);
  }

  /** Takes away what has been there for long. */
  tidy(): void {
    for (const [code, { untilMs }] of this.#shown) if (performance.now() > untilMs) this.#end(code);
  }

  #add(code: NoticeKind): Shown {
    const words = element("span");
    const item = element("div", { class: "notice" }, words);
    if (code === "newer") {
      const reload = element("button", { type: "button", class: "quiet" }, "Load again");
      reload.addEventListener("click", () => location.reload());
      item.append(reload);
    }
    const close = element("button", { type: "button", class: "quiet", "aria-label": "Dismiss" }, "×");
    close.addEventListener("click", () => this.#end(code));
    item.append(close);
    this.#list.append(item);
    const shown = { item, words, untilMs: 0 };
    this.#shown.set(code, shown);
    return shown;
  }

  #end(code: NoticeKind): void {
    this.#shown.get(code)?.item.remove();
    this.#shown.delete(code);
  }
}
