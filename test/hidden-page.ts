import type { Page } from "playwright-core";

/**
 * Lets a test hide a page and show it again, which a browser without windows does not: a hidden page has no frames, and
 * what asks for one waits.
 */
export const HIDING_SCRIPT = `
  let hidden = false;
  let waiting = [];
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) => (hidden ? waiting.push(callback) : request(callback));
  Object.defineProperty(Document.prototype, "hidden", { get: () => hidden });
  Object.defineProperty(Document.prototype, "visibilityState", { get: () => (hidden ? "hidden" : "visible") });
  window.changedWhileHidden = 0;
  new MutationObserver((records) => hidden && (window.changedWhileHidden += records.length)).observe(document, {
    attributes: true,
    characterData: true,
    childList: true,
    subtree: true,
  });
  window.hide = (isHidden) => {
    hidden = isHidden;
    document.dispatchEvent(new Event("visibilitychange"));
    if (!hidden) for (const callback of waiting.splice(0)) request(callback);
  };
`;

/** The page must have been opened with {@link HIDING_SCRIPT}. */
export const setHidden = (page: Page, isHidden: boolean): Promise<void> => page.evaluate(`window.hide(${isHidden})`);

/** How often the document changed while it was hidden. */
export const changesWhileHidden = (page: Page): Promise<number> => page.evaluate("window.changedWhileHidden");

/** Lets a page count the updates that it has heard, shown or not. */
export const HEARING_SCRIPT = `
  window.updatesHeard = 0;
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => data.includes('"type":"update"') && window.updatesHeard++);
    }
  };
`;

/** How many of them that are. */
export const updatesHeard = (page: Page): Promise<number> => page.evaluate<number>("window.updatesHeard");
