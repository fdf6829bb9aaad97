/** A button and what it opens, which stays open until the reader leaves it. */
export class Popup {
  readonly #button: HTMLButtonElement;
  readonly #content: HTMLElement;
  readonly #onOpen: () => void;

  /** `onOpen` gives the focus to something in `content`. */
  constructor(button: HTMLButtonElement, content: HTMLElement, onOpen: () => void) {
    this.#button = button;
    this.#content = content;
    this.#onOpen = onOpen;
    button.addEventListener("click", () => (content.hidden ? this.open() : this.close()));
    content.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.close();
    });
    const closeOutside = (target: EventTarget | null): void => {
      if (target instanceof Node && !content.contains(target) && !button.contains(target)) this.close();
    };
    content.addEventListener("focusout", ({ relatedTarget }) => closeOutside(relatedTarget));
    document.addEventListener("pointerdown", ({ target }) => closeOutside(target));
  }

  open(): void {
    this.#content.hidden = false;
    this.#button.ariaExpanded = "true";
    this.#onOpen();
  }

  /** Gives the focus back to the button, if it was inside. */
  close(): void {
    if (this.#content.hidden) return;
    const hadFocus = this.#content.contains(document.activeElement);
    this.#content.hidden = true;
    this.#button.ariaExpanded = "false";
    if (hadFocus) this.#button.focus();
  }
}
